// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "replica/identity.h"
#include "replica/identity_cache.h"
#include "replica/outstanding.h"
#include "replica/workers.h"
#include "store/store.h"
#include "telemetry/metrics.h"

namespace flagstream::replica {

// Cells of one shard.
struct IdentityReaderMetrics {
  telemetry::Counter& hits;
  telemetry::Counter& misses;
  telemetry::Gauge& entries;
  telemetry::Gauge& bytes;
};

// Reads identities for one shard: from its cache, or from the store on a worker, once for all who
// ask meanwhile. Lives on its shard: every call and callback is there.
class IdentityReader {
 public:
  // All that is borrowed outlives this.
  IdentityReader(IdentityCacheLimits limits, store::Store& store, Workers workers, Executor& shard,
                 Outstanding& outstanding, IdentityReaderMetrics metrics);
  IdentityReader(const IdentityReader&) = delete;
  IdentityReader& operator=(const IdentityReader&) = delete;

  // `then` runs inside this call if the identity is cached, or if the workers have too much to do:
  // kUnavailable.
  void Load(const IdentityKey& key, IdentityThen then);
  // Null if it is not cached.
  IdentityPtr FindCached(const IdentityKey& key);
  // What was read before this call, or is being read, is not given to those who ask after it.
  void Forget(const IdentityKey& key);
  // The same, but what is cached stays if it is of this version.
  void ForgetUnless(const IdentityKey& key, const IdentityVersion& version);

 private:
  // A read that is under way. Constant but for `waiting`, which is the shard's.
  struct Flight {
    EnvironmentId environment;
    std::string identifier;
    std::vector<IdentityThen> waiting;

    IdentityKey key() const { return {environment, identifier}; }
  };
  using FlightPtr = std::shared_ptr<Flight>;

  void Start(FlightPtr flight);
  void Land(const FlightPtr& flight, const Result<IdentityPtr>& result);
  void ShowSize();

  const IdentityCacheLimits limits_;
  store::Store& store_;
  const Workers workers_;
  Executor& shard_;
  Outstanding& outstanding_;
  const IdentityReaderMetrics metrics_;

  IdentityCache cache_;
  // Those that are as good as a read that would start now; keys borrow from the flights.
  std::unordered_map<IdentityKey, FlightPtr, IdentityKeyHash> flights_;
};

}  // namespace flagstream::replica
