// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a store holds, described once for all adapters: tables of rows of values.
namespace flagstream::store {

// null, integer (also booleans as 0 and 1, and times in microseconds since 1970), float (not NaN),
// text (any bytes).
using Value = std::variant<std::monostate, int64_t, double, std::string>;

// In the order of Table::columns; [0] is always the id, a positive integer given by the store.
using Row = std::vector<Value>;

enum class ColumnType { kInteger, kReal, kText };

struct Column {
  std::string_view name;
  ColumnType type;
  bool nullable;
};

// No two rows are equal in all of `columns` (indexes into Table::columns), where a null equals a
// null.
struct UniqueKey {
  std::vector<size_t> columns;
};

// The value of `column` is null or the id of a row of the table `parent`; when that row goes, this
// one goes with it.
struct Reference {
  size_t column = 0;
  std::string_view parent;
};

struct Table {
  std::string_view name;
  std::vector<Column> columns;
  std::vector<UniqueKey> unique_keys;
  std::vector<Reference> references;
  // Holds a stamp that clients may have seen.
  std::optional<size_t> stamp_column = std::nullopt;
};

// Most values one condition may list; a query with more is refused with kTooLarge.
inline constexpr size_t kConditionValuesMax = 16'384;

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

// Rows that meet every condition, in `order` (null first, text by its bytes) and then by id:
// descending where the last of `order` is, else ascending.
struct Query {
  // What each row has, in this order; empty: the whole row.
  std::vector<size_t> columns = {};
  std::vector<Condition> conditions = {};
  std::vector<Order> order = {};
  int64_t limit = -1;  // -1: all
  int64_t offset = 0;
};

}  // namespace flagstream::store
