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
              const ShardGroup& shards, Forget forget, Outstanding& outstanding);
  TraitWriter(const TraitWriter&) = delete;
  TraitWriter& operator=(const TraitWriter&) = delete;

  // Errors are those of StoreTraits and of the store.
  void Write(size_t shard, EnvironmentId environment, std::string identifier,
             std::vector<wire::TraitInput> traits, IdentityThen then);
  // Errors are those of StoreTraitIncrement and of the store.
  void Increment(size_t shard, EnvironmentId environment, wire::TraitIncrement increment,
                 IdentityThen then);

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;

  void Run(JobPtr job);
  void OnWritten(const JobPtr& job, const Result<void>& result);
  void Answer(const JobPtr& job, Result<IdentityPtr> result);
  void Announce(const Job& job);

  const IdentityLimits limits_;
  store::Store& store_;
  bus::Bus& bus_;
  const Clock& clock_;
  const ShardGroup& shards_;
  const Forget forget_;
  Outstanding& outstanding_;
};

}  // namespace flagstream::replica
