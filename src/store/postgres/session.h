// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/postgres/connection.h"
#include "store/store.h"

namespace flagstream::store::postgres {

// The Transaction, and so the Reader, over a connection that is in a transaction. Time is the
// database's, so that nodes need not agree on theirs; `clock`, if there is one, replaces it in
// tests.
class Session final : public Transaction {
 public:
  Session(Connection& connection, const Clock* clock) : connection_(connection), clock_(clock) {}

  Result<std::vector<Row>> Find(const Table& table, const Query& query) override;
  Result<int64_t> Count(const Table& table, const Query& query) override;
  Result<int64_t> NowMicros() override;
  Result<int64_t> Insert(const Table& table, const Row& row) override;
  Result<void> Update(const Table& table, const Row& row) override;
  Result<int64_t> Delete(const Table& table, const Query& query) override;
  Result<void> LockRow(const Table& table, int64_t id, Lock lock) override;

 private:
  Connection& connection_;
  const Clock* const clock_;
};

}  // namespace flagstream::store::postgres
