// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/sqlite/statement.h"

struct sqlite3;

namespace flagstream::store::sqlite {

enum class Access { kRead, kWrite };

// An open database file, set up the way all of ours are: write-ahead log, every commit on disk
// before it returns, foreign keys kept. Used by one thread at a time. Fails as LastError says.
class Connection {
 public:
  // kWrite creates the file (mode 0600) if there is none.
  static Result<std::unique_ptr<Connection>> Open(const std::string& path, Access access);

  // Runs statements without parameters and ignores their rows.
  Result<void> Execute(const std::string& sql);
  Result<std::unique_ptr<Statement>> Prepare(std::string_view sql);
  // The one integer that `sql` answers.
  Result<int64_t> QueryInteger(const std::string& sql);

  // False also after SQLite has ended a transaction by itself, as it does when the disk is full.
  bool IsInTransaction() const;
  int64_t LastInsertedId() const;
  // By the last INSERT, UPDATE or DELETE, without what went by a foreign key.
  int64_t RowsChanged() const;
  // By all statements of this connection, ever.
  int64_t TotalRowsChanged() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Connection(sqlite3* database) : database_(database) {}
  Result<void> SetUp(Access access);

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace flagstream::store::sqlite
