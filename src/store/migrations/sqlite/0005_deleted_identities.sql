-- SPDX-License-Identifier: Apache-2.0
-- What clients may hold of identities that are gone, until stamps of their environment are later than that.

CREATE TABLE deleted_identity (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  identifier     TEXT NOT NULL,
  stamp          INTEGER NOT NULL,
  base_revision  INTEGER NOT NULL,
  UNIQUE (environment_id, identifier)
) STRICT;
CREATE INDEX deleted_identity_stamp ON deleted_identity (environment_id, stamp);
