// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migrations.h"

#include <string>

#include "base/assert.h"
#include "base/log.h"

namespace flagstream::store::sqlite {
namespace {

Error TooNew(int64_t found, int known) {
  return {ErrorCode::kConflict, "The data folder has schema version " + std::to_string(found) +
                                    ", but this release knows only versions up to " +
                                    std::to_string(known) +
                                    ". Use the release that wrote it, or a later one."};
}

Error TooOld(int64_t found, int known) {
  return {ErrorCode::kConflict, "The data folder has schema version " + std::to_string(found) +
                                    ", and this release reads version " + std::to_string(known) +
                                    ". Start its server on the folder once: that migrates it."};
}

int NewestOf(std::span<const Migration> migrations) {
  return migrations.empty() ? 0 : migrations.back().version;
}

// Tables may be rebuilt in a migration, so references are checked at its end and not at each
// statement.
Result<void> CheckReferences(Connection& connection) {
  FLAGSTREAM_ASSIGN(const auto check, connection.Prepare("PRAGMA foreign_key_check"));
  FLAGSTREAM_ASSIGN(const bool is_broken, check->Step());
  if (!is_broken) return {};
  return Error(ErrorCode::kCorrupt, "A row of the table " + std::string(check->ReadText(0)) +
                                        " refers to a row that does not exist.");
}

Result<void> Apply(Connection& connection, const Migration& migration) {
  FLAGSTREAM_TRY(connection.Execute("BEGIN IMMEDIATE"));
  FLAGSTREAM_TRY(connection.Execute(std::string(migration.sql)));
  FLAGSTREAM_TRY(CheckReferences(connection));
  FLAGSTREAM_TRY(connection.Execute("PRAGMA user_version = " + std::to_string(migration.version)));
  return connection.Execute("COMMIT");
}

// As Apply, and an error leaves no half of it.
Result<void> ApplyOrUndo(Connection& connection, const Migration& migration) {
  const Result<void> applied = Apply(connection, migration);
  if (applied) {
    log::Info("database schema migrated", {{"version", migration.version}});
    return {};
  }
  if (connection.IsInTransaction()) FLAGSTREAM_TRY(connection.Execute("ROLLBACK"));
  return Error(applied.error().code(), "The migration " + std::string(migration.name) + " failed.",
               applied.error());
}

}  // namespace

Result<void> Migrate(Connection& connection, std::span<const Migration> migrations) {
  FLAGSTREAM_ASSIGN(const int64_t found, connection.QueryInteger("PRAGMA user_version"));
  const int known = NewestOf(migrations);
  if (found > known) return TooNew(found, known);
  FLAGSTREAM_TRY(connection.Execute("PRAGMA foreign_keys = OFF"));
  for (const Migration& migration : migrations) {
    if (migration.version > found) FLAGSTREAM_TRY(ApplyOrUndo(connection, migration));
  }
  return connection.Execute("PRAGMA foreign_keys = ON");
}

Result<void> RequireNewest(Connection& connection, std::span<const Migration> migrations) {
  FLAGSTREAM_ASSIGN(const int64_t found, connection.QueryInteger("PRAGMA user_version"));
  const int known = NewestOf(migrations);
  if (found > known) return TooNew(found, known);
  if (found < known) return TooOld(found, known);
  return {};
}

}  // namespace flagstream::store::sqlite
