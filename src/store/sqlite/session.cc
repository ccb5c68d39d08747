// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/session.h"

#include <utility>

#include "store/query_check.h"

namespace flagstream::store::sqlite {
namespace {

Result<void> RunOnce(Statement& statement) {
  const StatementRun run(statement);
  return statement.Run();
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Open(const std::string& path, Access access) {
  FLAGSTREAM_ASSIGN(std::unique_ptr<Connection> connection, Connection::Open(path, access));
  std::unique_ptr<Session> session(new Session(std::move(connection)));
  FLAGSTREAM_TRY(session->PrepareControl());
  return session;
}

Result<void> Session::PrepareControl() {
  const std::pair<std::unique_ptr<Statement>*, const char*> all[] = {
      {&control_.begin, "BEGIN"},       {&control_.begin_immediate, "BEGIN IMMEDIATE"},
      {&control_.commit, "COMMIT"},     {&control_.mark, "SAVEPOINT work"},
      {&control_.keep, "RELEASE work"}, {&control_.undo, "ROLLBACK TO work"},
  };
  for (const auto& [statement, sql] : all) {
    FLAGSTREAM_ASSIGN(*statement, connection_->Prepare(sql));
  }
  return {};
}

Result<void> Session::Begin() { return RunOnce(*control_.begin); }
Result<void> Session::BeginImmediate() { return RunOnce(*control_.begin_immediate); }
Result<void> Session::Commit() { return RunOnce(*control_.commit); }
Result<void> Session::Mark() { return RunOnce(*control_.mark); }
Result<void> Session::KeepSinceMark() { return RunOnce(*control_.keep); }

Result<void> Session::UndoSinceMark() {
  FLAGSTREAM_TRY(RunOnce(*control_.undo));
  return RunOnce(*control_.keep);
}

void Session::Rollback() {
  if (!connection_->IsInTransaction()) return;
  const Result<void> undone = connection_->Execute("ROLLBACK");
  // An error here is one that SQLite has undone the transaction for already.
  FLAGSTREAM_ASSERT(undone.ok() || !connection_->IsInTransaction());
}

Result<std::vector<Row>> Session::Find(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kFind, table, query));
  const StatementRun run(*statement);
  BindQuery(Verb::kFind, query, *statement);
  std::vector<Row> rows;
  while (true) {
    FLAGSTREAM_ASSIGN(const bool has_row, statement->Step());
    if (!has_row) return rows;
    rows.push_back(statement->ReadRow());
  }
}

Result<int64_t> Session::Count(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kCount, table, query));
  const StatementRun run(*statement);
  BindQuery(Verb::kCount, query, *statement);
  FLAGSTREAM_ASSIGN(const bool has_row, statement->Step());
  FLAGSTREAM_ASSERT(has_row);
  return statement->ReadInteger(0);
}

Result<bool> Session::Exists(const Table& table, int64_t id) {
  Query query;
  query.conditions.push_back({0, Match::kEqual, {id}});
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kExists, table, query));
  const StatementRun run(*statement);
  BindQuery(Verb::kExists, query, *statement);
  return statement->Step();
}

Result<int64_t> Session::Insert(const Table& table, const Row& row) {
  FLAGSTREAM_TRY(CheckRow(table, row));
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kInsert, table, {}));
  const StatementRun run(*statement);
  // SQLite gives an id where it finds null.
  const bool has_id = std::get<int64_t>(row[0]) != 0;
  statement->Bind(has_id ? row[0] : Value());
  for (size_t i = 1; i < row.size(); ++i) statement->Bind(row[i]);
  FLAGSTREAM_TRY(statement->Run());
  return connection_->LastInsertedId();
}

Result<void> Session::Update(const Table& table, const Row& row) {
  FLAGSTREAM_TRY(CheckRow(table, row));
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kUpdate, table, {}));
  const StatementRun run(*statement);
  for (const Value& value : row) statement->Bind(value);
  FLAGSTREAM_TRY(statement->Run());
  if (connection_->RowsChanged() == 0) return Error::NotFound();
  return {};
}

Result<int64_t> Session::Delete(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(Statement * statement, statements_.Get(Verb::kDelete, table, query));
  const StatementRun run(*statement);
  BindQuery(Verb::kDelete, query, *statement);
  FLAGSTREAM_TRY(statement->Run());
  return connection_->RowsChanged();
}

Result<std::vector<Row>> SessionReader::Find(const Table& table, const Query& query) {
  return session_.Find(table, query);
}

Result<int64_t> SessionReader::Count(const Table& table, const Query& query) {
  return session_.Count(table, query);
}

Result<std::vector<Row>> SessionTransaction::Find(const Table& table, const Query& query) {
  return session_.Find(table, query);
}

Result<int64_t> SessionTransaction::Count(const Table& table, const Query& query) {
  return session_.Count(table, query);
}

Result<int64_t> SessionTransaction::Insert(const Table& table, const Row& row) {
  NoteStamp(table, row);
  return session_.Insert(table, row);
}

Result<void> SessionTransaction::Update(const Table& table, const Row& row) {
  NoteStamp(table, row);
  return session_.Update(table, row);
}

Result<int64_t> SessionTransaction::Delete(const Table& table, const Query& query) {
  return session_.Delete(table, query);
}

Result<void> SessionTransaction::LockRow(const Table& table, int64_t id, Lock) {
  FLAGSTREAM_ASSIGN(const bool exists, session_.Exists(table, id));
  if (!exists) return Error::NotFound();
  return {};
}

void SessionTransaction::NoteStamp(const Table& table, const Row& row) {
  if (!table.stamp_column) return;
  newest_stamp_ = std::max(newest_stamp_, std::get<int64_t>(row[*table.stamp_column]));
}

}  // namespace flagstream::store::sqlite
