// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "bus/bus.h"
#include "replica/identity.h"
#include "replica/outstanding.h"
#include "replica/shard_group.h"
#include "replica/trait_store.h"
#include "store/store.h"
#include "telemetry/registry.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// Writes traits for all shards. A write is answered only when it is durable and every shard has
// forgotten what it held of the identity. Safe from any thread; callbacks run on the shard named.
class TraitWriter {
 public:
  // Makes a shard forget an identity; runs on that shard.
  using Forget =
      std::function<void(size_t shard, EnvironmentId environment, const std::string& identifier)>;

  // All that is borrowed outlives this.
  TraitWriter(IdentityLimits limits, store::Store& store, bus::Bus& bus, const Clock& clock,
              const ShardGroup& shards, Forget forget, Outstanding& outstanding,
              telemetry::Registry& registry);
  TraitWriter(const TraitWriter&) = delete;
  TraitWriter& operator=(const TraitWriter&) = delete;

  // Errors are those of StoreTraits and of the store.
  void Write(size_t shard, EnvironmentId environment, std::string identifier,
             std::vector<wire::TraitInput> traits, IdentityThen then);
  // Errors are those of StoreTraitIncrement and of the store.
  void Increment(size_t shard, EnvironmentId environment, wire::TraitIncrement increment,
                 IdentityThen then);

 private:
  using Work = std::function<Result<TraitsWritten>(store::Transaction& tx)>;
  struct Job;
  using JobPtr = std::shared_ptr<Job>;

  void Start(size_t shard, EnvironmentId environment, std::string identifier, Work work,
             IdentityThen then);
  void Run(const JobPtr& job);
  void OnDone(const JobPtr& job, const Result<void>& result);
  void Count(const Result<void>& result);
  // The change is durable; it is told to all nodes, and forgotten on all shards of this one.
  void Spread(const JobPtr& job);
  void Answer(const JobPtr& job, Result<IdentityPtr> result);

  const IdentityLimits limits_;
  store::Store& store_;
  bus::Bus& bus_;
  const Clock& clock_;
  const ShardGroup& shards_;
  const Forget forget_;
  Outstanding& outstanding_;
  telemetry::Counter& written_;
  telemetry::Counter& failed_;
};

}  // namespace flagstream::replica
