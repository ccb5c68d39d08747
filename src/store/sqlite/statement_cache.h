// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/statement.h"

namespace flagstream::store::sqlite {

// The statements that a connection has prepared, by shape, so that each is compiled once. At most
// kStatementsMax are kept: the one used longest ago goes. Belongs to its connection's thread.
class StatementCache {
 public:
  static constexpr size_t kStatementsMax = 256;

  // `connection` must outlive the cache.
  explicit StatementCache(Connection& connection) : connection_(connection) {}

  // Reset and ready to be bound; until the next Get.
  Result<Statement*> Get(Verb verb, const Table& table, const Query& query);

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<Statement> statement;
    int64_t last_used = 0;
  };

  void MakeRoom();

  Connection& connection_;
  std::string shape_;  // kept for its memory
  std::unordered_map<std::string, Entry> entries_;
  int64_t uses_ = 0;
};

}  // namespace flagstream::store::sqlite
