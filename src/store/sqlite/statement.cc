// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/statement.h"

#include <sqlite3.h>

#include <string>
#include <type_traits>
#include <variant>

#include "base/assert.h"
#include "store/sqlite/error.h"

namespace flagstream::store::sqlite {
namespace {

std::string_view TextAt(sqlite3_stmt* prepared, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(prepared, column))};
}

Value ValueAt(sqlite3_stmt* prepared, int column) {
  switch (sqlite3_column_type(prepared, column)) {
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(prepared, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(prepared, column);
    case SQLITE_NULL:
      return {};
    default:
      return std::string(TextAt(prepared, column));
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* prepared) const { sqlite3_finalize(prepared); }

void Statement::Bind(const Value& value) {
  std::visit(
      [this](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          Check(sqlite3_bind_null(prepared_.get(), ++bound_));
        } else if constexpr (std::is_same_v<Held, double>) {
          Check(sqlite3_bind_double(prepared_.get(), ++bound_, held));
        } else if constexpr (std::is_same_v<Held, int64_t>) {
          BindInteger(held);
        } else {
          BindText(held);
        }
      },
      value);
}

void Statement::BindInteger(int64_t value) {
  Check(sqlite3_bind_int64(prepared_.get(), ++bound_, value));
}

void Statement::BindText(std::string_view value) {
  // A null pointer would bind null.
  const char* text = value.data() == nullptr ? "" : value.data();
  Check(sqlite3_bind_text64(prepared_.get(), ++bound_, text, value.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
}

void Statement::Check(int code) {
  FLAGSTREAM_ASSERT(code != SQLITE_RANGE && code != SQLITE_MISUSE);
  bind_failed_ = bind_failed_ || code != SQLITE_OK;
}

Result<bool> Statement::Step() {
  sqlite3* const database = sqlite3_db_handle(prepared_.get());
  if (bind_failed_) return LastError(database);
  const int code = sqlite3_step(prepared_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return LastError(database);
}

Result<void> Statement::Run() {
  FLAGSTREAM_ASSIGN(const bool has_row, Step());
  FLAGSTREAM_ASSERT(!has_row);
  return {};
}

Row Statement::ReadRow() const {
  const int count = sqlite3_column_count(prepared_.get());
  Row row;
  row.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) row.push_back(ValueAt(prepared_.get(), i));
  return row;
}

int64_t Statement::ReadInteger(int column) const {
  return sqlite3_column_int64(prepared_.get(), column);
}

std::string_view Statement::ReadText(int column) const { return TextAt(prepared_.get(), column); }

void Statement::Reset() {
  // The result repeats the error of the run, which Step has told.
  sqlite3_reset(prepared_.get());
  sqlite3_clear_bindings(prepared_.get());
  bound_ = 0;
  bind_failed_ = false;
}

}  // namespace flagstream::store::sqlite
