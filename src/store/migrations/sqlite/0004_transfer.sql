-- SPDX-License-Identifier: Apache-2.0
-- Features on their way from one environment to another.

CREATE TABLE feature_export (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  name           TEXT NOT NULL,
  status         TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  content        TEXT NOT NULL
) STRICT;
CREATE INDEX feature_export_environment ON feature_export (environment_id, created_at);

CREATE TABLE feature_import (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  strategy       TEXT NOT NULL,
  status         TEXT NOT NULL,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX feature_import_environment ON feature_import (environment_id, created_at);
