-- SPDX-License-Identifier: Apache-2.0
-- The newest stamp of each environment, microseconds since 1970 UTC.
CREATE TABLE newest_stamp (
  key   TEXT PRIMARY KEY,
  stamp INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
