// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/migrations.h"

#include <cstdint>
#include <string>

#include "base/log.h"

namespace flagstream::store::postgres {
namespace {

// The lock is any number that nobody else uses: "flagstre" as bytes. It is held until the
// transaction ends. Rebuilding a large table may take long.
constexpr const char* kBegin =
    "BEGIN;"
    "SET LOCAL statement_timeout = 0;"
    "SET LOCAL lock_timeout = 0;"
    "SELECT pg_advisory_xact_lock(7380676231389277797);"
    "CREATE TABLE IF NOT EXISTS flagstream_schema (version bigint NOT NULL)";

Error TooNew(int64_t found, int known) {
  return {ErrorCode::kConflict, "The database has schema version " + std::to_string(found) +
                                    ", but this release knows only versions up to " +
                                    std::to_string(known) +
                                    ". Use the release that wrote it, or a later one."};
}

Result<int64_t> VersionOf(Connection& connection) {
  FLAGSTREAM_ASSIGN(
      const Answer answer,
      connection.Run({"SELECT coalesce(max(version), 0) FROM flagstream_schema", {}}));
  return answer.ReadInteger();
}

Result<void> Apply(Connection& connection, const Migration& migration) {
  const Result<void> applied = connection.Execute(std::string(migration.sql).c_str());
  if (!applied) {
    return Error(applied.error().code(),
                 "The migration " + std::string(migration.name) + " failed.", applied.error());
  }
  FLAGSTREAM_TRY(connection.Run({"INSERT INTO flagstream_schema (version) VALUES ($1)",
                                 {std::to_string(migration.version)}}));
  return {};
}

Result<int64_t> ApplyMissing(Connection& connection, std::span<const Migration> migrations) {
  FLAGSTREAM_TRY(connection.Begin(kBegin));
  FLAGSTREAM_ASSIGN(const int64_t found, VersionOf(connection));
  const int known = migrations.empty() ? 0 : migrations.back().version;
  if (found > known) return TooNew(found, known);
  for (const Migration& migration : migrations) {
    if (migration.version > found) FLAGSTREAM_TRY(Apply(connection, migration));
  }
  FLAGSTREAM_TRY(connection.Commit());
  return known - found;
}

}  // namespace

Result<void> Migrate(Connection& connection, std::span<const Migration> migrations) {
  const Result<int64_t> applied = ApplyMissing(connection, migrations);
  if (!applied) {
    connection.Rollback();
    return applied.error();
  }
  if (*applied > 0) log::Info("database schema migrated", {{"version", migrations.back().version}});
  return {};
}

}  // namespace flagstream::store::postgres
