// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "store/table.h"

struct sqlite3_stmt;

namespace flagstream::store::sqlite {

// A prepared statement and the run it is in. Belongs to its connection's thread and ends before the
// connection. Values that are bound are not copied: they must live until Reset.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* prepared) : prepared_(prepared) {}

  // The next parameter gets `value`.
  void Bind(const Value& value);
  void BindInteger(int64_t value);
  void BindText(std::string_view value);

  // Whether there is a row to read. Fails as LastError says, also for a Bind that failed.
  Result<bool> Step();
  // For a statement that has no rows.
  Result<void> Run();

  // Of the row that Step found.
  Row ReadRow() const;
  int64_t ReadInteger(int column) const;
  std::string_view ReadText(int column) const;  // until the next Step or Reset

  // Ends the run, so that it can be run again.
  void Reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* prepared) const;
  };

  void Check(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> prepared_;
  int bound_ = 0;
  bool bind_failed_ = false;
};

// Resets a statement when the scope ends, however it ends.
class StatementRun {
 public:
  explicit StatementRun(Statement& statement) : statement_(statement) {}
  ~StatementRun() { statement_.Reset(); }
  StatementRun(const StatementRun&) = delete;
  StatementRun& operator=(const StatementRun&) = delete;

 private:
  Statement& statement_;
};

}  // namespace flagstream::store::sqlite
