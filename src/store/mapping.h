// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "store/columns.h"
#include "store/table.h"

// Between records and rows, generated from the column lists of store/columns.h.
namespace flagstream::store {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

inline Value ToValue(bool value) { return int64_t{value}; }
inline Value ToValue(int64_t value) { return value; }
inline Value ToValue(double value) { return value; }
inline Value ToValue(std::string value) { return Value(std::move(value)); }
template <class T>
Value ToValue(const std::optional<T>& value) {
  return value ? ToValue(*value) : Value();
}

// False if `value` has another type than `member`: the row was not written by us.
bool FromValue(const Value& value, bool& member);
bool FromValue(const Value& value, int64_t& member);
bool FromValue(const Value& value, double& member);
bool FromValue(const Value& value, std::string& member);
template <class T>
bool FromValue(const Value& value, std::optional<T>& member) {
  if (std::holds_alternative<std::monostate>(value)) {
    member.reset();
    return true;
  }
  return FromValue(value, member.emplace());
}

template <class Member>
constexpr ColumnType ColumnTypeOf() {
  if constexpr (IsOptional<Member>::value) {
    return ColumnTypeOf<typename Member::value_type>();
  } else if constexpr (std::is_same_v<Member, std::string>) {
    return ColumnType::kText;
  } else if constexpr (std::is_same_v<Member, double>) {
    return ColumnType::kReal;
  } else {
    static_assert(std::is_same_v<Member, bool> || std::is_same_v<Member, int64_t>);
    return ColumnType::kInteger;
  }
}

template <class Record, class Member>
size_t ColumnOf(Member Record::*member) {
  size_t index = 0;
  size_t found = SIZE_MAX;
  const auto look = [&](const auto& field) {
    if constexpr (std::is_same_v<decltype(field.member), Member Record::*>) {
      if (field.member == member) found = index;
    }
    ++index;
  };
  std::apply([&](const auto&... field) { (look(field), ...); }, Columns<Record>::kFields);
  FLAGSTREAM_ASSERT(found != SIZE_MAX);
  return found;
}

template <class Record>
const Table& TableOf() {
  static const Table table = [] {
    Table made{Columns<Record>::kTable, {}, {}};
    const auto add = [&]<class Member>(const Field<Record, Member>& field) {
      made.columns.push_back({field.name, ColumnTypeOf<Member>(), IsOptional<Member>::value});
    };
    std::apply([&](const auto&... field) { (add(field), ...); }, Columns<Record>::kFields);
    for (const auto& names : Columns<Record>::UniqueKeys()) {
      UniqueKey key;
      for (const std::string_view name : names) {
        for (size_t i = 0; i < made.columns.size(); ++i) {
          if (made.columns[i].name == name) key.columns.push_back(i);
        }
      }
      FLAGSTREAM_ASSERT(key.columns.size() == names.size());
      made.unique_keys.push_back(std::move(key));
    }
    return made;
  }();
  return table;
}

template <class Record>
Row ToRow(const Record& record) {
  Row row;
  row.reserve(std::tuple_size_v<decltype(Columns<Record>::kFields)>);
  std::apply([&](const auto&... field) { (row.push_back(ToValue(record.*field.member)), ...); },
             Columns<Record>::kFields);
  return row;
}

template <class Record>
Result<Record> FromRow(const Row& row) {
  Record record;
  size_t index = 0;
  bool ok = row.size() == std::tuple_size_v<decltype(Columns<Record>::kFields)>;
  const auto read = [&](const auto& field) {
    ok = ok && FromValue(row[index], record.*field.member);
    ++index;
  };
  std::apply([&](const auto&... field) { (read(field), ...); }, Columns<Record>::kFields);
  if (!ok) {
    return Error(ErrorCode::kCorrupt,
                 "a row of table " + std::string(Columns<Record>::kTable) + " cannot be read");
  }
  return record;
}

}  // namespace flagstream::store
