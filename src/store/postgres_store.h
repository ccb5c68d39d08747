// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace flagstream::store {

struct PostgresOptions {
  // A connection string or URI of libpq, with whatever it says of TLS.
  std::string address;
  // Null: the database's clock, which is what nodes agree on. Else must outlive the store.
  const Clock* clock = nullptr;
  // Reads that run at once; more wait for one of them.
  size_t readers_max = 8;
  // Writes that run at once. With more than one, writes that wait together keep no order.
  size_t writers_max = 4;
  // Writes that wait for one of the writers; more are refused with kUnavailable.
  size_t waiting_writes_max = 10'000;
};

struct PostgresStats {
  size_t waiting_writes = 0;
  int64_t writes = 0;   // finished, well or not
  int64_t commits = 0;  // of them well
  int64_t repeats = 0;  // runs that another transaction was in the way of, also one of another node
};

// The store in a PostgreSQL database (11 or newer), which several processes may have open at once:
// their writes are serialisable. Reads run on their callers' threads. While the server is away
// every call is refused with kUnavailable, at once or after its time limit; when it is back all is
// as before. Poolers that share connections between transactions do not go with it (prepared
// statements).
class PostgresStore final : public Store {
 public:
  // Migrates an older schema. kConflict, with a sentence, if a later release wrote it.
  static Result<std::unique_ptr<PostgresStore>> Open(const PostgresOptions& options);
  // Writes that wait get kUnavailable.
  ~PostgresStore() override;

  Result<void> Read(const ReadWork& work) override;
  void Write(WriteWork work, Done done) override;

  PostgresStats stats() const;

 private:
  class Parts;

  explicit PostgresStore(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace flagstream::store
