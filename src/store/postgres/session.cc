// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/session.h"

#include <utility>
#include <variant>

#include "store/postgres/command.h"
#include "store/query_check.h"

namespace flagstream::store::postgres {
namespace {

std::vector<ColumnType> TypesOf(const Table& table, const Query& query) {
  std::vector<ColumnType> types;
  if (query.columns.empty()) {
    for (const Column& column : table.columns) types.push_back(column.type);
  }
  for (const size_t column : query.columns) types.push_back(table.columns[column].type);
  return types;
}

}  // namespace

Result<std::vector<Row>> Session::Find(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.Run(FindCommand(table, query)));
  const std::vector<ColumnType> types = TypesOf(table, query);
  std::vector<Row> rows;
  rows.reserve(answer.size());
  for (size_t i = 0; i < answer.size(); ++i) {
    FLAGSTREAM_ASSIGN(Row row, answer.ReadRow(i, types));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<int64_t> Session::Count(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.Run(CountCommand(table, query)));
  return answer.ReadInteger();
}

Result<int64_t> Session::NowMicros() {
  if (clock_ != nullptr) return clock_->NowMicros();
  static const Command command = {
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", {}};
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.Run(command));
  return answer.ReadInteger();
}

Result<int64_t> Session::Insert(const Table& table, const Row& row) {
  FLAGSTREAM_TRY(CheckRow(table, row));
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.RunGuarded(InsertCommand(table, row)));
  FLAGSTREAM_ASSIGN(const int64_t id, answer.ReadInteger());
  if (std::get<int64_t>(row[0]) != 0) FLAGSTREAM_TRY(connection_.Run(RaiseIdsCommand(table, id)));
  return id;
}

Result<void> Session::Update(const Table& table, const Row& row) {
  FLAGSTREAM_TRY(CheckRow(table, row));
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.RunGuarded(UpdateCommand(table, row)));
  if (answer.RowsChanged() == 0) return Error::NotFound();
  return {};
}

Result<int64_t> Session::Delete(const Table& table, const Query& query) {
  FLAGSTREAM_TRY(CheckQuery(table, query));
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.Run(DeleteCommand(table, query)));
  return answer.RowsChanged();
}

Result<void> Session::LockRow(const Table& table, int64_t id, Lock lock) {
  FLAGSTREAM_ASSIGN(const Answer answer, connection_.Run(LockCommand(table, id, lock)));
  if (answer.size() == 0) return Error::NotFound();
  return {};
}

}  // namespace flagstream::store::postgres
