// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "bus/bus.h"
#include "replica/followed_environment.h"
#include "replica/identity_cache.h"
#include "replica/outstanding.h"
#include "replica/served_wait.h"
#include "replica/shard_group.h"
#include "replica/shard_replica.h"
#include "replica/trait_store.h"
#include "replica/workers.h"
#include "store/store.h"
#include "stream/hub.h"
#include "telemetry/registry.h"

namespace flagstream::replica {

struct ReplicaOptions {
  std::chrono::milliseconds catch_up_interval{1'000};
  // Between tries of a load that fails, doubled from one to the other and jittered.
  std::chrono::milliseconds retry_min{50};
  std::chrono::milliseconds retry_max{5'000};
  // A node that has known for longer that it lacks a change is not ready.
  std::chrono::milliseconds behind_max{2'000};
  IdentityCacheLimits identity_cache;  // of each shard; with several nodes on one store: 0 entries
  IdentityLimits identities;
};

// One shard as the wiring made it; both outlive the Replica.
struct ShardPorts {
  Executor* executor;
  stream::Hub* hub;
};

// What the Replica works with; all of it outlives the Replica.
struct ReplicaContext {
  store::Store& store;
  bus::Bus& bus;
  Workers workers;
  const Clock& clock;
  telemetry::Registry& metrics;
};

// The serving side of a node: follows the bus, repairs gaps from the store, compiles snapshots,
// hands them to the shards, and releases a stamp to the hubs only when every shard has the data.
// Safe from any thread unless noted.
class Replica {
 public:
  Replica(ReplicaOptions options, ReplicaContext context, std::vector<ShardPorts> shards,
          Random random);
  // After Stop. The shards' threads have ended: what they were posted refers to this.
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Listens to the bus, loads every environment, hands them to the shards, and catches up with the
  // store from then on. Called once; reads the store on the calling thread. If it fails, the store
  // cannot be read, and nothing goes on.
  Result<void> Start();
  // The same, and returns when all shards hold everything. The shards' threads run; not on one.
  Result<void> LoadAll();
  // No work of this begins any more; returns when none is with the workers or the store. Before
  // those and the bus end, while they and the shards still run.
  void Stop();

  // The part of shard `index`; used on that shard only.
  ShardReplica& shard(size_t index);

  // Calls `then` once every shard holds these changes, or after `patience` at the latest; at once
  // if they do. On `executor`, never inside this call.
  void WhenServed(std::vector<bus::Change> changes, std::chrono::milliseconds patience,
                  Executor& executor, Task then);

  // Whether this node has everything and knows of no change that it has lacked for long. Stays so
  // when the store is away, since nobody can do better then.
  bool IsReady() const;
  // Whether the last look at the store succeeded.
  bool IsStoreReachable() const;

 private:
  struct Shard;

  std::vector<std::unique_ptr<Shard>> MakeShards(const std::vector<ShardPorts>& ports);

  // ---- What is heard of, from the bus or in the store
  void OnChange(const bus::Change& change);
  void Hear(EnvironmentId id, int64_t revision, int64_t committed_micros) REQUIRES(mutex_);
  void ForgetIdentity(EnvironmentId environment, std::string identifier, Task then);

  // ---- One load: on a worker, then on each shard, then on the one that was last
  void BeginLoad(EnvironmentId id, FollowedEnvironment& followed) REQUIRES(mutex_);
  void Load(EnvironmentId id);
  void OnLoadFailed(EnvironmentId id, const Error& error);
  void RetryLater(EnvironmentId id, FollowedEnvironment& followed) REQUIRES(mutex_);
  void OnServed(const ServedEnvironmentPtr& served);
  void Release(const ServedEnvironment& served, FollowedEnvironment& followed) REQUIRES(mutex_);
  void OnGone(EnvironmentId id);

  // ---- Catch-up
  void CatchUpLater();
  void CatchUp();
  Result<void> Compare();

  // ---- Who waits
  bool IsMissing(const bus::Change& change) const REQUIRES(mutex_);
  void ConcludeWaits() REQUIRES(mutex_);
  void GiveUpWait(uint64_t wait);
  bool HasEverything() const REQUIRES(mutex_);

  const ReplicaOptions options_;
  const ReplicaContext context_;
  telemetry::Histogram& load_seconds_;
  telemetry::Counter& loads_failed_;
  Outstanding outstanding_;
  const ShardGroup group_;
  TraitWriter traits_;
  const std::vector<std::unique_ptr<Shard>> shards_;

  mutable Mutex mutex_;
  CondVar served_;
  Random random_ GUARDED_BY(mutex_);
  bool started_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool store_reachable_ GUARDED_BY(mutex_) = true;
  std::unordered_map<EnvironmentId, FollowedEnvironment> environments_ GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, ServedWait> waits_ GUARDED_BY(mutex_);
  uint64_t waits_begun_ GUARDED_BY(mutex_) = 0;
  std::vector<telemetry::CallbackMetric> callback_metrics_;
};

}  // namespace flagstream::replica
