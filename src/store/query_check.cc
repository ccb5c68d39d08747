// SPDX-License-Identifier: Apache-2.0
#include "store/query_check.h"

#include <cmath>
#include <string>

#include "base/assert.h"

namespace flagstream::store {
namespace {

bool Fits(const Column& column, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return column.nullable;
  switch (column.type) {
    case ColumnType::kInteger:
      return std::holds_alternative<int64_t>(value);
    case ColumnType::kReal:
      return std::holds_alternative<double>(value);
    case ColumnType::kText:
      return std::holds_alternative<std::string>(value);
  }
  FLAGSTREAM_UNREACHABLE();
}

bool HasItsValues(const Condition& condition) {
  switch (condition.match) {
    case Match::kEqual:
    case Match::kGreater:
    case Match::kLess:
      return condition.values.size() == 1;
    case Match::kContainsText:
      return condition.values.size() == 1 &&
             std::holds_alternative<std::string>(condition.values.front());
    case Match::kNotNull:
      return condition.values.empty();
    case Match::kIn:
      return true;
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace

Result<void> CheckQuery(const Table& table, const Query& query) {
  for (const size_t column : query.columns) FLAGSTREAM_ASSERT(column < table.columns.size());
  for (const Order& order : query.order) FLAGSTREAM_ASSERT(order.column < table.columns.size());
  for (const Condition& condition : query.conditions) {
    FLAGSTREAM_ASSERT(condition.column < table.columns.size());
    FLAGSTREAM_ASSERT(HasItsValues(condition));
    if (condition.values.size() > kConditionValuesMax) {
      return Error(ErrorCode::kTooLarge,
                   "A query may list at most " + std::to_string(kConditionValuesMax) + " values.");
    }
  }
  return {};
}

Result<void> CheckRow(const Table& table, const Row& row) {
  FLAGSTREAM_ASSERT(row.size() == table.columns.size());
  for (size_t i = 0; i < row.size(); ++i) {
    FLAGSTREAM_ASSERT(Fits(table.columns[i], row[i]));
    const double* number = std::get_if<double>(&row[i]);
    if (number != nullptr && std::isnan(*number)) {
      return Error(ErrorCode::kInvalidArgument, "A number that is not a number cannot be stored.");
    }
  }
  return {};
}

}  // namespace flagstream::store
