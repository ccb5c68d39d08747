// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
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
inline Value ToValue(std::string value) { return {std::move(value)}; }
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
size_t ColumnOf(Member Record::* member) {
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

// The index of the column `name`, which must be there.
size_t ColumnNamed(const Table& table, std::string_view name);

template <class Record>
Table MakeTable() {
  Table table{Columns<Record>::kTable, {}, {}, {}};
  const auto add = [&]<class Member>(const Field<Record, Member>& field) {
    table.columns.push_back({field.name, ColumnTypeOf<Member>(), IsOptional<Member>::value});
  };
  std::apply([&](const auto&... field) { (add(field), ...); }, Columns<Record>::kFields);
  for (const auto& names : Columns<Record>::UniqueKeys()) {
    UniqueKey& key = table.unique_keys.emplace_back();
    for (const std::string_view name : names) key.columns.push_back(ColumnNamed(table, name));
  }
  for (const auto& [name, parent] : Columns<Record>::References()) {
    table.references.push_back({ColumnNamed(table, name), parent});
  }
  if constexpr (requires { Columns<Record>::kStampColumn; }) {
    table.stamp_column = ColumnNamed(table, Columns<Record>::kStampColumn);
  }
  return table;
}

// Lives for ever.
template <class Record>
const Table& TableOf() {
  static const Table table = MakeTable<Record>();
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

Error UnreadableRow(std::string_view table);

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
  if (!ok) return UnreadableRow(Columns<Record>::kTable);
  return record;
}

// Of a row that has just these.
template <class... Members>
Result<std::tuple<Members...>> MembersFromRow(const Row& row, std::string_view table) {
  std::tuple<Members...> members;
  size_t index = 0;
  bool ok = row.size() == sizeof...(Members);
  const auto read = [&](auto& member) {
    ok = ok && FromValue(row[index], member);
    ++index;
  };
  std::apply([&](auto&... member) { (read(member), ...); }, members);
  if (!ok) return UnreadableRow(table);
  return members;
}

}  // namespace flagstream::store
