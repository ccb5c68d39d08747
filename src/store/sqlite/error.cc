// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/error.h"

#include <sqlite3.h>

#include <string>
#include <utility>

namespace flagstream::store::sqlite {
namespace {

using Meaning = std::pair<ErrorCode, const char*>;

Meaning MeaningOfConstraint(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorCode::kConflict, "A row with this key is stored already."};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorCode::kNotFound, "A row that this one refers to does not exist."};
    default:
      return {ErrorCode::kInternal, "A row does not fit its table."};
  }
}

Meaning MeaningOf(int extended) {
  switch (extended & 0xFF) {
    case SQLITE_CONSTRAINT:
      return MeaningOfConstraint(extended);
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, "The disk is full."};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "The disk cannot be read or written."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "The database is in use by another program."};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
      return {ErrorCode::kUnavailable, "The database cannot be opened for writing."};
    case SQLITE_NOMEM:
      return {ErrorCode::kUnavailable, "There is not enough memory."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, "The database is damaged."};
    case SQLITE_TOOBIG:
      return {ErrorCode::kTooLarge, "A value is too large to be stored."};
    default:
      return {ErrorCode::kInternal, "The database refused a statement."};
  }
}

}  // namespace

Error LastError(sqlite3* database) {
  const auto [code, sentence] = MeaningOf(sqlite3_extended_errcode(database));
  return {code, sentence, Error(code, sqlite3_errmsg(database))};
}

}  // namespace flagstream::store::sqlite
