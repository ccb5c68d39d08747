// SPDX-License-Identifier: Apache-2.0
#include "store/mapping.h"

namespace flagstream::store {
namespace {

template <class T>
bool Take(const Value& value, T& member) {
  const T* held = std::get_if<T>(&value);
  if (held == nullptr) return false;
  member = *held;
  return true;
}

}  // namespace

bool FromValue(const Value& value, bool& member) {
  const int64_t* held = std::get_if<int64_t>(&value);
  if (held == nullptr || (*held != 0 && *held != 1)) return false;
  member = *held == 1;
  return true;
}

bool FromValue(const Value& value, int64_t& member) { return Take(value, member); }
bool FromValue(const Value& value, double& member) { return Take(value, member); }
bool FromValue(const Value& value, std::string& member) { return Take(value, member); }

size_t ColumnNamed(const Table& table, std::string_view name) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  FLAGSTREAM_UNREACHABLE();
}

Error UnreadableRow(std::string_view table) {
  return {ErrorCode::kCorrupt, "A row of the table " + std::string(table) + " cannot be read."};
}

}  // namespace flagstream::store
