// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "replica/identity.h"
#include "replica/identity_cache.h"
#include "replica/outstanding.h"
#include "replica/workers.h"
#include "store/store.h"

namespace flagstream::replica {

// Reads identities for one shard: from its cache, or from the store on a worker, once for all who
// ask meanwhile. Lives on its shard: every call and callback is there.
class IdentityReader {
 public:
  // All that is borrowed outlives this.
  IdentityReader(IdentityCacheLimits limits, store::Store& store, Workers workers, Executor& shard,
                 Outstanding& outstanding);
  IdentityReader(const IdentityReader&) = delete;
  IdentityReader& operator=(const IdentityReader&) = delete;

  // `then` runs inside this call if the identity is cached. kUnavailable if the workers have too
  // much to do.
  void Load(const IdentityKey& key, IdentityThen then);
  // Null if it is not cached.
  IdentityPtr FindCached(const IdentityKey& key) { return cache_.Find(key); }
  // What was read before is not given to those who ask after this call.
  void Forget(const IdentityKey& key);

 private:
  // A read that is under way.
  struct Flight {
    EnvironmentId environment;
    std::string identifier;
    std::vector<IdentityThen> waiting;

    IdentityKey key() const { return {environment, identifier}; }
  };
  using FlightPtr = std::shared_ptr<Flight>;

  void Start(FlightPtr flight);
  void Land(const FlightPtr& flight, Result<IdentityPtr> result);
  bool Shares() const { return limits_.entries_max > 0; }

  const IdentityCacheLimits limits_;
  store::Store& store_;
  const Workers workers_;
  Executor& shard_;
  Outstanding& outstanding_;

  IdentityCache cache_;
  // Those that are as good as a read that would start now; keys borrow from the flights.
  std::unordered_map<IdentityKey, FlightPtr, IdentityKeyHash> flights_;
};

}  // namespace flagstream::replica
