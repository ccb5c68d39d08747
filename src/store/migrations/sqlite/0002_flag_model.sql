-- SPDX-License-Identifier: Apache-2.0
-- Tags, variants, segments and what they override.

CREATE TABLE tag (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid          TEXT NOT NULL,
  project_id    INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  label         TEXT NOT NULL,
  color         TEXT NOT NULL,
  description   TEXT,
  is_permanent  INTEGER NOT NULL,
  is_system_tag INTEGER NOT NULL,
  type          TEXT NOT NULL
) STRICT;
CREATE INDEX tag_project ON tag (project_id);

CREATE TABLE feature_tag (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  feature_id INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  tag_id     INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
  UNIQUE (feature_id, tag_id)
) STRICT;
CREATE INDEX feature_tag_tag ON feature_tag (tag_id);

CREATE TABLE multivariate_option (
  id                            INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                          TEXT NOT NULL,
  feature_id                    INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  value_type                    TEXT NOT NULL,
  value                         TEXT,
  default_percentage_allocation REAL NOT NULL,
  key                           TEXT
) STRICT;
CREATE INDEX multivariate_option_feature ON multivariate_option (feature_id);

CREATE TABLE segment (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid        TEXT NOT NULL,
  project_id  INTEGER NOT NULL REFERENCES project (id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  description TEXT,
  feature_id  INTEGER REFERENCES feature (id) ON DELETE CASCADE,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  version     INTEGER NOT NULL
) STRICT;
CREATE INDEX segment_project ON segment (project_id);
CREATE INDEX segment_feature ON segment (feature_id) WHERE feature_id IS NOT NULL;

CREATE TABLE segment_rule (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  segment_id INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  parent_id  INTEGER REFERENCES segment_rule (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  type       TEXT NOT NULL
) STRICT;
CREATE INDEX segment_rule_segment ON segment_rule (segment_id);
CREATE INDEX segment_rule_parent ON segment_rule (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE segment_condition (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  segment_id    INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  rule_id       INTEGER NOT NULL REFERENCES segment_rule (id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  operator_name TEXT NOT NULL,
  property      TEXT,
  value         TEXT,
  description   TEXT
) STRICT;
CREATE INDEX segment_condition_segment ON segment_condition (segment_id);
CREATE INDEX segment_condition_rule ON segment_condition (rule_id);

CREATE TABLE feature_segment (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid           TEXT NOT NULL,
  feature_id     INTEGER NOT NULL REFERENCES feature (id) ON DELETE CASCADE,
  segment_id     INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  priority       INTEGER NOT NULL,
  UNIQUE (feature_id, segment_id, environment_id)
) STRICT;
CREATE INDEX feature_segment_environment ON feature_segment (environment_id, feature_id);
CREATE INDEX feature_segment_segment ON feature_segment (segment_id);

ALTER TABLE feature_state ADD COLUMN
  feature_segment_id INTEGER REFERENCES feature_segment (id) ON DELETE CASCADE;
ALTER TABLE feature_state ADD COLUMN hash_seed INTEGER NOT NULL DEFAULT 0;
-- A segment override is no default.
DROP INDEX feature_state_default;
CREATE UNIQUE INDEX feature_state_default ON feature_state (environment_id, feature_id)
  WHERE identity_id IS NULL AND feature_segment_id IS NULL;
CREATE UNIQUE INDEX feature_state_segment ON feature_state (feature_segment_id)
  WHERE feature_segment_id IS NOT NULL;

CREATE TABLE multivariate_feature_state_value (
  id                     INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                   TEXT NOT NULL,
  feature_state_id       INTEGER NOT NULL REFERENCES feature_state (id) ON DELETE CASCADE,
  multivariate_option_id INTEGER NOT NULL REFERENCES multivariate_option (id) ON DELETE CASCADE,
  percentage_allocation  REAL NOT NULL,
  UNIQUE (feature_state_id, multivariate_option_id)
) STRICT;
CREATE INDEX multivariate_feature_state_value_option ON multivariate_feature_state_value (multivariate_option_id);
