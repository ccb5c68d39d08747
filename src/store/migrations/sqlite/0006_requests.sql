-- SPDX-License-Identifier: Apache-2.0
-- How often SDKs asked for what, by environment and day.

CREATE TABLE request_count (
  id                   INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id       INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  day                  INTEGER NOT NULL,
  flags                INTEGER NOT NULL,
  identities           INTEGER NOT NULL,
  traits               INTEGER NOT NULL,
  environment_document INTEGER NOT NULL,
  UNIQUE (environment_id, day)
) STRICT;
-- What is too old is removed by day.
CREATE INDEX request_count_day ON request_count (day);
