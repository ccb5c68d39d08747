// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "store/sqlite/error.h"

namespace flagstream::store::sqlite {
namespace {

// How long a statement waits for another program, such as a backup, to let go.
constexpr int kBusyTimeoutMs = 5'000;

// cell_size_check finds damage before it spreads. Nothing is mapped into memory (mmap_size): there,
// a failing disk would be a signal and not an error. A log longer than journal_size_limit is cut
// back once it has been copied.
constexpr const char* kForAll =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -4096;";
constexpr const char* kForWriter =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 1000;"
    "PRAGMA journal_size_limit = 67108864;";
constexpr const char* kForReader = "PRAGMA query_only = ON;";

// Per-process counters of memory take a lock at each allocation, and nobody reads them.
void ConfigureOnce() {
  static const int ignored = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(ignored);
}

// SQLite would create it with the mode that the process's umask leaves; its log gets the same mode
// as the file.
Result<void> CreateIfMissing(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return Error::Unavailable("The file " + path + " cannot be opened: " + std::strerror(errno) +
                              ".");
  }
  close(file);
  return {};
}

}  // namespace

void Connection::Close::operator()(sqlite3* database) const {
  const int code = sqlite3_close(database);
  FLAGSTREAM_ASSERT(code == SQLITE_OK);  // else a statement outlives its connection
}

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Access access) {
  ConfigureOnce();
  if (access == Access::kWrite) FLAGSTREAM_TRY(CreateIfMissing(path));
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) return LastError(database);
  FLAGSTREAM_TRY(connection->SetUp(access));
  return connection;
}

Result<void> Connection::SetUp(Access access) {
  sqlite3_busy_timeout(database_.get(), kBusyTimeoutMs);
  FLAGSTREAM_TRY(Execute(kForAll));
  return Execute(access == Access::kWrite ? kForWriter : kForReader);
}

Result<void> Connection::Execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return LastError(database_.get());
  }
  return {};
}

Result<std::unique_ptr<Statement>> Connection::Prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return LastError(database_.get());
  return std::make_unique<Statement>(prepared);
}

Result<int64_t> Connection::QueryInteger(const std::string& sql) {
  FLAGSTREAM_ASSIGN(const std::unique_ptr<Statement> statement, Prepare(sql));
  FLAGSTREAM_ASSIGN(const bool has_row, statement->Step());
  FLAGSTREAM_ASSERT(has_row);
  return statement->ReadInteger(0);
}

bool Connection::IsInTransaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }
int64_t Connection::LastInsertedId() const { return sqlite3_last_insert_rowid(database_.get()); }
int64_t Connection::RowsChanged() const { return sqlite3_changes64(database_.get()); }
int64_t Connection::TotalRowsChanged() const { return sqlite3_total_changes64(database_.get()); }

}  // namespace flagstream::store::sqlite
