-- SPDX-License-Identifier: Apache-2.0
-- Rights of single users, keys that act for an organisation, and tokens that log-ins leave alone.

-- Of exactly one organisation, project or environment.
CREATE TABLE user_permission (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id         INTEGER NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
  organisation_id INTEGER REFERENCES organisation (id) ON DELETE CASCADE,
  project_id      INTEGER REFERENCES project (id) ON DELETE CASCADE,
  environment_id  INTEGER REFERENCES environment (id) ON DELETE CASCADE,
  admin           INTEGER NOT NULL,
  permissions     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_permission_organisation ON user_permission (organisation_id, user_id)
  WHERE organisation_id IS NOT NULL;
CREATE UNIQUE INDEX user_permission_project ON user_permission (project_id, user_id)
  WHERE project_id IS NOT NULL;
CREATE UNIQUE INDEX user_permission_environment ON user_permission (environment_id, user_id)
  WHERE environment_id IS NOT NULL;
CREATE INDEX user_permission_user ON user_permission (user_id);

CREATE TABLE master_api_key (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id INTEGER NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  prefix          TEXT NOT NULL UNIQUE,
  key_hash        TEXT NOT NULL,
  name            TEXT NOT NULL,
  created         INTEGER NOT NULL,
  revoked         INTEGER NOT NULL,
  expiry_date     INTEGER,
  created_by_id   INTEGER
) STRICT;
CREATE INDEX master_api_key_organisation ON master_api_key (organisation_id);

-- The name of the key that stands where an author would.
ALTER TABLE audit_log ADD COLUMN author_key TEXT;

ALTER TABLE token ADD COLUMN is_api INTEGER NOT NULL DEFAULT 0;
