// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/postgres/command.h"
#include "store/table.h"

struct pg_conn;
struct pg_result;

namespace flagstream::store::postgres {

// Rows that a command answered.
class Answer {
 public:
  explicit Answer(pg_result* result) : result_(result) {}

  size_t size() const;
  // Of the row `index`, whose values are of `columns`, in this order. kCorrupt if one is not.
  Result<Row> ReadRow(size_t index, const std::vector<ColumnType>& columns) const;
  // The integer that stands first in the first row. kCorrupt if there is none.
  Result<int64_t> ReadInteger() const;
  // How many rows an INSERT, UPDATE or DELETE has changed.
  int64_t RowsChanged() const;
  // Whether the server did `command`, such as "COMMIT".
  bool CommandIs(std::string_view command) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };

  std::unique_ptr<pg_result, Clear> result_;
};

// A session with the database server, set up the way all of ours are: text is UTF-8, a commit is on
// disk before it is answered, nothing takes longer than its timeout. Used by one thread at a time;
// blocks. Errors: kUnavailable when the server is away, full or shutting down, or when another
// transaction is in the way (ShouldRepeat); kConflict for a taken key, kNotFound for a missing
// parent row.
class Connection {
 public:
  // `address` is a connection string or URI of libpq ("Connection Strings" of PostgreSQL's manual).
  static Result<std::unique_ptr<Connection>> Open(const std::string& address);

  // Statements without parameters; their rows are ignored.
  Result<void> Execute(const char* sql);
  // An error undoes the whole transaction: nothing but Rollback is possible then.
  Result<Answer> Run(const Command& command);
  // An error undoes this command alone: the transaction goes on.
  Result<Answer> RunGuarded(const Command& command);

  Result<void> Begin(const char* how);
  // kUnavailable also when the connection broke and nobody knows whether the commit was made.
  Result<void> Commit();
  void Rollback();

  // Whether the transaction met another that was in its way, so that it may succeed when it is run
  // again; until the next Begin.
  bool ShouldRepeat() const { return should_repeat_; }
  // Good for nothing any more.
  bool IsBroken() const;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Statements = std::unordered_map<std::string, std::string>;

  // More shapes than a server's code has; beyond, statements are forgotten all at once.
  static constexpr size_t kStatementsMax = 1'000;

  explicit Connection(pg_conn* connection) : connection_(connection) {}
  // The name of the prepared statement.
  Result<std::string> Prepare(const std::string& sql);
  Result<Answer> Check(pg_result* result);
  Error LastError(const pg_result* result);

  std::unique_ptr<pg_conn, Finish> connection_;
  Statements statements_;
  int64_t statements_made_ = 0;
  bool should_repeat_ = false;
};

}  // namespace flagstream::store::postgres
