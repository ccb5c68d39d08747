// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "base/result.h"
#include "store/migration.h"
#include "store/sqlite/connection.h"

namespace flagstream::store::sqlite {

// Those of src/store/migrations/sqlite, built in; versions are 1, 2, ...
std::span<const Migration> BuiltinMigrations();
// Those of src/store/migrations/hub.
std::span<const Migration> HubMigrations();

// Brings the database to the newest of `migrations`, each step in one transaction. kConflict, with
// nothing changed, if the database is newer than that: it was written by a later release.
Result<void> Migrate(Connection& connection, std::span<const Migration> migrations);
// For one who only reads: kConflict, with what to do, if the database is older or newer.
Result<void> RequireNewest(Connection& connection, std::span<const Migration> migrations);

}  // namespace flagstream::store::sqlite
