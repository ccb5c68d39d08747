// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/statement_cache.h"
#include "store/store.h"

namespace flagstream::store::sqlite {

// A connection with its prepared statements: the rows and tables of store/table.h in SQL. Used by
// one thread at a time.
class Session {
 public:
  static Result<std::unique_ptr<Session>> Open(const std::string& path, Access access);

  Connection& connection() { return *connection_; }

  // BEGIN, COMMIT and the like, prepared once.
  Result<void> Begin();           // what is read from the first query on is of one moment
  Result<void> BeginImmediate();  // and nobody else can write
  Result<void> Commit();
  void Rollback();      // if there is a transaction
  Result<void> Mark();  // a point to go back to
  Result<void> KeepSinceMark();
  Result<void> UndoSinceMark();

  Result<std::vector<Row>> Find(const Table& table, const Query& query);
  Result<int64_t> Count(const Table& table, const Query& query);
  Result<bool> Exists(const Table& table, int64_t id);
  Result<int64_t> Insert(const Table& table, const Row& row);
  Result<void> Update(const Table& table, const Row& row);
  Result<int64_t> Delete(const Table& table, const Query& query);

 private:
  struct Control {
    std::unique_ptr<Statement> begin, begin_immediate, commit, mark, keep, undo;
  };

  explicit Session(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)), statements_(*connection_) {}
  Result<void> PrepareControl();

  std::unique_ptr<Connection> connection_;  // before all statements, so that it ends after them
  StatementCache statements_;
  Control control_;
};

// The Reader over a session.
class SessionReader final : public Reader {
 public:
  SessionReader(Session& session, const Clock& clock) : session_(session), clock_(clock) {}

  Result<std::vector<Row>> Find(const Table& table, const Query& query) override;
  Result<int64_t> Count(const Table& table, const Query& query) override;
  Result<int64_t> NowMicros() override { return clock_.NowMicros(); }

 private:
  Session& session_;
  const Clock& clock_;
};

// The Transaction over a session that writes. SQLite has one writer, so every row is locked for it
// already.
class SessionTransaction final : public Transaction {
 public:
  SessionTransaction(Session& session, const Clock& clock) : session_(session), clock_(clock) {}

  Result<std::vector<Row>> Find(const Table& table, const Query& query) override;
  Result<int64_t> Count(const Table& table, const Query& query) override;
  Result<int64_t> NowMicros() override { return clock_.NowMicros(); }
  Result<int64_t> Insert(const Table& table, const Row& row) override;
  Result<void> Update(const Table& table, const Row& row) override;
  Result<int64_t> Delete(const Table& table, const Query& query) override;
  Result<void> LockRow(const Table& table, int64_t id, Lock lock) override;

  // The highest value given to a stamp column so far, 0 if none was; also of work that was undone.
  int64_t newest_stamp() const { return newest_stamp_; }

 private:
  void NoteStamp(const Table& table, const Row& row);

  Session& session_;
  const Clock& clock_;
  int64_t newest_stamp_ = 0;
};

}  // namespace flagstream::store::sqlite
