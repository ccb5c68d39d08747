-- SPDX-License-Identifier: Apache-2.0
-- Columns stand in the order of store/columns.h, times are microseconds since 1970 UTC, booleans are 0 and 1.
-- AUTOINCREMENT: an id is never given twice, because clients and audit rows remember ids of what was deleted.
-- A foreign key whose parent may go needs an index, or deleting the parent reads the whole table.

-- What tells this database from an older copy of itself (store/restore_witness.h).
CREATE TABLE store_state (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  incarnation TEXT NOT NULL,
  generation  INTEGER NOT NULL
) STRICT;

CREATE TABLE user_account (
  id                      INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                    TEXT NOT NULL,
  email                   TEXT NOT NULL UNIQUE,
  first_name              TEXT NOT NULL,
  last_name               TEXT NOT NULL,
  password_hash           TEXT NOT NULL,
  sign_up_type            TEXT,
  is_active               INTEGER NOT NULL,
  is_superuser            INTEGER NOT NULL,
  marketing_consent_given INTEGER NOT NULL,
  date_joined             INTEGER NOT NULL,
  last_login              INTEGER
) STRICT;

CREATE TABLE token (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id    INTEGER NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  key_hash   TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX token_user ON token (user_id);

CREATE TABLE organisation (
  id                               INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                             TEXT NOT NULL,
  name                             TEXT NOT NULL,
  created_date                     INTEGER NOT NULL,
  webhook_notification_email       TEXT,
  persist_trait_data               INTEGER NOT NULL,
  stop_serving_flags               INTEGER NOT NULL,
  feature_analytics                INTEGER NOT NULL,
  block_access_to_admin            INTEGER NOT NULL,
  restrict_project_create_to_admin INTEGER NOT NULL,
  force_2fa                        INTEGER NOT NULL
) STRICT;

CREATE TABLE membership (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id         INTEGER NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  organisation_id INTEGER NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  role            TEXT NOT NULL,
  date_joined     INTEGER NOT NULL,
  UNIQUE (user_id, organisation_id)
) STRICT;
CREATE INDEX membership_organisation ON membership (organisation_id);

CREATE TABLE project (
  id                                  INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                                TEXT NOT NULL,
  organisation_id                     INTEGER NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  name                                TEXT NOT NULL,
  created_date                        INTEGER NOT NULL,
  hide_disabled_flags                 INTEGER NOT NULL,
  prevent_flag_defaults               INTEGER NOT NULL,
  enable_realtime_updates             INTEGER NOT NULL,
  only_allow_lower_case_feature_names INTEGER NOT NULL,
  feature_name_regex                  TEXT,
  stale_flags_limit_days              INTEGER,
  minimum_change_request_approvals    INTEGER,
  enforce_feature_owners              INTEGER NOT NULL,
  UNIQUE (organisation_id, name)
) STRICT;

CREATE TABLE environment (
  id                                     INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                                   TEXT NOT NULL,
  project_id                             INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  name                                   TEXT NOT NULL,
  api_key                                TEXT NOT NULL UNIQUE,
  description                            TEXT,
  created_date                           INTEGER NOT NULL,
  minimum_change_request_approvals       INTEGER,
  allow_client_traits                    INTEGER NOT NULL,
  banner_text                            TEXT,
  banner_colour                          TEXT,
  hide_disabled_flags                    INTEGER,
  use_identity_composite_key_for_hashing INTEGER NOT NULL,
  hide_sensitive_data                    INTEGER NOT NULL,
  use_identity_overrides_in_local_eval   INTEGER NOT NULL,
  stamp                                  INTEGER NOT NULL,
  previous_stamp                         INTEGER NOT NULL,
  revision                               INTEGER NOT NULL,
  UNIQUE (project_id, name)
) STRICT;
-- Read once a second by every node: all of it fits into a few pages of the index.
CREATE INDEX environment_revision ON environment (id, revision);

CREATE TABLE environment_api_key (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  key            TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  active         INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER
) STRICT;
CREATE INDEX environment_api_key_environment ON environment_api_key (environment_id);

CREATE TABLE feature (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid               TEXT NOT NULL,
  project_id         INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  name               TEXT NOT NULL,
  name_folded        TEXT NOT NULL,
  type               TEXT NOT NULL,
  default_enabled    INTEGER NOT NULL,
  initial_value      TEXT,
  description        TEXT,
  is_archived        INTEGER NOT NULL,
  is_server_key_only INTEGER NOT NULL,
  created_date       INTEGER NOT NULL,
  UNIQUE (project_id, name_folded)
) STRICT;
-- In the order of ids, as they are served; the unique index has them by name.
CREATE INDEX feature_project ON feature (project_id);

CREATE TABLE feature_owner (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  feature_id INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  user_id    INTEGER NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  UNIQUE (feature_id, user_id)
) STRICT;
CREATE INDEX feature_owner_user ON feature_owner (user_id);

CREATE TABLE identity (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid           TEXT NOT NULL,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  identifier     TEXT NOT NULL,
  created_date   INTEGER NOT NULL,
  stamp          INTEGER NOT NULL,
  base_revision  INTEGER NOT NULL,
  UNIQUE (environment_id, identifier)
) STRICT;
-- The newest identity stamp of an environment is the last entry of its range.
CREATE INDEX identity_stamp ON identity (environment_id, stamp);

CREATE TABLE feature_state (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid           TEXT NOT NULL,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  feature_id     INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  identity_id    INTEGER REFERENCES identity (id) ON DELETE CASCADE,
  enabled        INTEGER NOT NULL,
  value_type     TEXT NOT NULL,
  value          TEXT,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  live_from      INTEGER NOT NULL,
  version        INTEGER NOT NULL
) STRICT;
-- One default for each feature of an environment, and one override for each of its identities. Apart, because there are few of
-- the one and may be many of the other, and each is read alone.
CREATE UNIQUE INDEX feature_state_default ON feature_state (environment_id, feature_id)
  WHERE identity_id IS NULL;
CREATE UNIQUE INDEX feature_state_override ON feature_state (environment_id, identity_id, feature_id)
  WHERE identity_id IS NOT NULL;
CREATE INDEX feature_state_environment ON feature_state (environment_id);
CREATE INDEX feature_state_feature ON feature_state (feature_id);
CREATE INDEX feature_state_identity ON feature_state (identity_id) WHERE identity_id IS NOT NULL;

CREATE TABLE trait (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  identity_id  INTEGER NOT NULL REFERENCES identity (id) ON DELETE CASCADE,
  trait_key    TEXT NOT NULL,
  value_type   TEXT NOT NULL,
  value        TEXT NOT NULL,
  created_date INTEGER NOT NULL,
  UNIQUE (identity_id, trait_key)
) STRICT;

-- Refers to nothing: it outlives what it tells of.
CREATE TABLE audit_log (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  created_date        INTEGER NOT NULL,
  log                 TEXT NOT NULL,
  author_id           INTEGER,
  organisation_id     INTEGER,
  project_id          INTEGER,
  environment_id      INTEGER,
  related_object_id   INTEGER NOT NULL,
  related_object_uuid TEXT,
  related_object_type TEXT NOT NULL,
  change_type         TEXT NOT NULL,
  changes             TEXT NOT NULL
) STRICT;
-- Each list is read newest first; what is too old is removed by date.
CREATE INDEX audit_log_date ON audit_log (created_date);
CREATE INDEX audit_log_organisation ON audit_log (organisation_id, created_date);
CREATE INDEX audit_log_project ON audit_log (project_id, created_date);
CREATE INDEX audit_log_environment ON audit_log (environment_id, created_date);

CREATE TABLE analytics_count (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  feature_id     INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  day            INTEGER NOT NULL,
  count          INTEGER NOT NULL,
  UNIQUE (environment_id, feature_id, day)
) STRICT;
CREATE INDEX analytics_count_feature ON analytics_count (feature_id);
-- What is too old is removed by day.
CREATE INDEX analytics_count_day ON analytics_count (day);
