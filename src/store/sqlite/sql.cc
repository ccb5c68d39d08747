// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sql.h"

#include <bit>
#include <string_view>

#include "base/assert.h"

namespace flagstream::store::sqlite {
namespace {

bool IsNull(const Condition& condition) {
  return condition.match == Match::kEqual &&
         std::holds_alternative<std::monostate>(condition.values.front());
}

bool HasPage(const Query& query) { return query.limit >= 0 || query.offset > 0; }

// Lists are filled up to a power of two with their last value, so that their lengths make few
// shapes.
size_t PlacesFor(const Condition& condition) {
  return condition.values.empty() ? 0 : std::bit_ceil(condition.values.size());
}

void AppendNames(const Table& table, const std::vector<size_t>& columns, std::string& sql) {
  const size_t count = columns.empty() ? table.columns.size() : columns.size();
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) sql += ", ";
    sql += table.columns[columns.empty() ? i : columns[i]].name;
  }
}

void AppendPlaces(size_t count, std::string& sql) {
  for (size_t i = 0; i < count; ++i) sql += i == 0 ? "?" : ", ?";
}

void AppendCondition(const Table& table, const Condition& condition, std::string& sql) {
  const std::string_view name = table.columns[condition.column].name;
  switch (condition.match) {
    case Match::kEqual:
      sql.append(name).append(IsNull(condition) ? " IS NULL" : " = ?");
      return;
    case Match::kIn:
      sql.append(name).append(" IN (");
      AppendPlaces(PlacesFor(condition), sql);
      sql += ")";
      return;
    case Match::kNotNull:
      sql.append(name).append(" IS NOT NULL");
      return;
    case Match::kGreater:
      sql.append(name).append(" > ?");
      return;
    case Match::kLess:
      sql.append(name).append(" < ?");
      return;
    case Match::kContainsText:
      // SQLite's lower() knows ASCII only, as the interface asks for.
      sql.append("instr(lower(").append(name).append("), lower(?)) > 0");
      return;
  }
  FLAGSTREAM_UNREACHABLE();
}

void AppendConditions(const Table& table, const Query& query, std::string& sql) {
  const char* joint = " WHERE ";
  for (const Condition& condition : query.conditions) {
    sql += joint;
    AppendCondition(table, condition, sql);
    joint = " AND ";
  }
}

void AppendOrder(const Table& table, const Query& query, std::string& sql) {
  sql += " ORDER BY ";
  bool descending = false;
  for (const Order& order : query.order) {
    descending = order.descending;
    sql.append(table.columns[order.column].name).append(descending ? " DESC, " : ", ");
  }
  sql += descending ? "id DESC" : "id";
}

std::string FindSql(const Table& table, const Query& query) {
  std::string sql = "SELECT ";
  AppendNames(table, query.columns, sql);
  sql.append(" FROM ").append(table.name);
  AppendConditions(table, query, sql);
  AppendOrder(table, query, sql);
  if (HasPage(query)) sql += " LIMIT ? OFFSET ?";
  return sql;
}

std::string InsertSql(const Table& table) {
  std::string sql = "INSERT INTO ";
  sql.append(table.name).append(" (");
  AppendNames(table, {}, sql);
  sql += ") VALUES (";
  AppendPlaces(table.columns.size(), sql);
  return sql + ")";
}

// The id comes first in a row, so it is the first parameter here too.
std::string UpdateSql(const Table& table) {
  std::string sql = "UPDATE ";
  sql.append(table.name).append(" SET ");
  for (size_t i = 1; i < table.columns.size(); ++i) {
    if (i > 1) sql += ", ";
    sql.append(table.columns[i].name).append(" = ?").append(std::to_string(i + 1));
  }
  return sql + " WHERE id = ?1";
}

std::string WithConditions(std::string sql, const Table& table, const Query& query) {
  sql += table.name;
  AppendConditions(table, query, sql);
  return sql;
}

void AppendNumber(size_t number, std::string& shape) {
  shape += static_cast<char>(number & 0xFF);
  shape += static_cast<char>(number >> 8);
}

}  // namespace

void ShapeOf(Verb verb, const Table& table, const Query& query, std::string& shape) {
  shape.clear();
  shape += static_cast<char>(verb);
  shape += table.name;
  for (const size_t column : query.columns) {
    shape += '.';
    AppendNumber(column, shape);
  }
  for (const Condition& condition : query.conditions) {
    shape += '?';
    shape += static_cast<char>(condition.match);
    shape += IsNull(condition) ? 'n' : 'v';
    AppendNumber(condition.column, shape);
    AppendNumber(condition.match == Match::kIn ? PlacesFor(condition) : 0, shape);
  }
  for (const Order& order : query.order) {
    shape += order.descending ? '>' : '<';
    AppendNumber(order.column, shape);
  }
  if (HasPage(query)) shape += '#';
}

std::string SqlOf(Verb verb, const Table& table, const Query& query) {
  switch (verb) {
    case Verb::kFind:
      return FindSql(table, query);
    case Verb::kCount:
      return WithConditions("SELECT count(*) FROM ", table, query);
    case Verb::kDelete:
      return WithConditions("DELETE FROM ", table, query);
    case Verb::kExists:
      return WithConditions("SELECT 1 FROM ", table, query);
    case Verb::kInsert:
      return InsertSql(table);
    case Verb::kUpdate:
      return UpdateSql(table);
  }
  FLAGSTREAM_UNREACHABLE();
}

void BindQuery(Verb verb, const Query& query, Statement& statement) {
  for (const Condition& condition : query.conditions) {
    if (IsNull(condition)) continue;
    for (const Value& value : condition.values) statement.Bind(value);
    if (condition.match != Match::kIn) continue;
    for (size_t i = condition.values.size(); i < PlacesFor(condition); ++i) {
      statement.Bind(condition.values.back());
    }
  }
  if (verb != Verb::kFind || !HasPage(query)) return;
  statement.BindInteger(query.limit);
  statement.BindInteger(query.offset);
}

}  // namespace flagstream::store::sqlite
