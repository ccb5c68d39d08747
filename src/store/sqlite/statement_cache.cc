// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/statement_cache.h"

#include <algorithm>

namespace flagstream::store::sqlite {

Result<Statement*> StatementCache::Get(Verb verb, const Table& table, const Query& query) {
  ShapeOf(verb, table, query, shape_);
  ++uses_;
  const auto found = entries_.find(shape_);
  if (found != entries_.end()) {
    found->second.last_used = uses_;
    return found->second.statement.get();
  }
  FLAGSTREAM_ASSIGN(std::unique_ptr<Statement> statement,
                    connection_.Prepare(SqlOf(verb, table, query)));
  MakeRoom();
  Entry& entry = entries_[shape_];
  entry = {std::move(statement), uses_};
  return entry.statement.get();
}

void StatementCache::MakeRoom() {
  if (entries_.size() < kStatementsMax) return;
  entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; }));
}

}  // namespace flagstream::store::sqlite
