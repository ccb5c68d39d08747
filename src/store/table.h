// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a store holds, described once for all adapters: tables of rows of values.
namespace flagstream::store {

// null, integer (also booleans as 0 and 1, and times in microseconds since 1970), float, text.
using Value = std::variant<std::monostate, int64_t, double, std::string>;

// In the order of Table::columns; [0] is always the id, a positive integer given by the store.
using Row = std::vector<Value>;

enum class ColumnType { kInteger, kReal, kText };

struct Column {
  std::string_view name;
  ColumnType type;
  bool nullable;
};

// No two rows are equal in all of `columns` (indexes into Table::columns), where a null equals a null.
struct UniqueKey {
  std::vector<size_t> columns;
};

struct Table {
  std::string_view name;
  std::vector<Column> columns;
  std::vector<UniqueKey> unique_keys;
};

enum class Match {
  kEqual,         // `values` has one element, which may be null
  kIn,            // any of `values`, none of them null; an empty list matches nothing
  kNotNull,       // `values` is empty
  kGreater,       // of one element
  kLess,          // of one element
  kContainsText,  // of one text, as a substring, ASCII case ignored
};

struct Condition {
  size_t column = 0;
  Match match = Match::kEqual;
  std::vector<Value> values;
};

struct Order {
  size_t column = 0;
  bool descending = false;
};

// Rows that meet every condition, in `order` and then by id.
struct Query {
  std::vector<Condition> conditions;
  std::vector<Order> order;
  int64_t limit = -1;  // -1: all
  int64_t offset = 0;
};

}  // namespace flagstream::store
