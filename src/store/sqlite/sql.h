// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "store/sqlite/statement.h"
#include "store/table.h"

// The SQL of queries and rows. Values are always parameters; names come from table descriptions in
// the code.
namespace flagstream::store::sqlite {

enum class Verb : char {
  kFind = 'f',
  kCount = 'c',
  kDelete = 'd',
  kInsert = 'i',
  kUpdate = 'u',
  kExists = 'e'
};

// Bytes that are equal for two calls whose SQL is the same: what prepared statements are kept
// under. Cheap to make.
void ShapeOf(Verb verb, const Table& table, const Query& query, std::string& shape);

std::string SqlOf(Verb verb, const Table& table, const Query& query);

// The parameters of `query` in the order of SqlOf.
void BindQuery(Verb verb, const Query& query, Statement& statement);

}  // namespace flagstream::store::sqlite
