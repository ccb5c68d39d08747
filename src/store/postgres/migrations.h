// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.h"
#include "store/migration.h"
#include "store/postgres/connection.h"

namespace flagstream::store::postgres {

// Those of src/store/migrations/postgres, built in; versions are 1, 2, ..., the same as SQLite's.
std::span<const Migration> PostgresMigrations();

// Brings the database to the newest of `migrations`, all or none of them. Of nodes that start at
// once, one does it and the others wait for it. kConflict, with nothing changed, if the database is
// newer than that: it was written by a later release.
Result<void> Migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace flagstream::store::postgres
