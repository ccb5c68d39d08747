// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"
#include "store/table.h"

// The SQL of queries and rows. Values are always parameters; names come from table descriptions in
// the code.
namespace flagstream::store::postgres {

// A statement and its parameters, in PostgreSQL's text format; unset = null. Two of the same shape
// have the same `sql`, under which prepared statements are kept.
struct Command {
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
};

Command FindCommand(const Table& table, const Query& query);
Command CountCommand(const Table& table, const Query& query);
Command DeleteCommand(const Table& table, const Query& query);
// Answers the id. A row[0] of 0 lets the table choose it.
Command InsertCommand(const Table& table, const Row& row);
// The next id the table chooses is above `id`.
Command RaiseIdsCommand(const Table& table, int64_t id);
Command UpdateCommand(const Table& table, const Row& row);
// A row if there is one with the id. Exclusive is no stronger than an update that leaves the id
// alone, so that rows which refer to this one can be stored meanwhile.
Command LockCommand(const Table& table, int64_t id, Transaction::Lock lock);

}  // namespace flagstream::store::postgres
