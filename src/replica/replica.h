// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "bus/bus.h"
#include "flags/evaluation.h"
#include "replica/followed_environment.h"
#include "replica/identity_cache.h"
#include "replica/outstanding.h"
#include "replica/replica_metrics.h"
#include "replica/served_environment.h"
#include "replica/served_wait.h"
#include "replica/shard_group.h"
#include "replica/shard_replica.h"
#include "replica/trait_store.h"
#include "replica/trait_writer.h"
#include "replica/watch/evaluation.h"
#include "replica/watch/identity_watch.h"
#include "replica/workers.h"
#include "store/environment_loader.h"
#include "store/store.h"
#include "stream/hub.h"
#include "telemetry/registry.h"

namespace flagstream::replica {

struct ReplicaOptions {
  std::chrono::milliseconds catch_up_interval{1'000};
  // Between tries of a load that fails: doubled from one to the other, and jittered.
  std::chrono::milliseconds retry_min{50};
  std::chrono::milliseconds retry_max{5'000};
  // A node that has known for longer that it lacks a change is not ready.
  std::chrono::milliseconds behind_max{2'000};
  IdentityCacheLimits identity_cache;  // of each shard; with several nodes on one store: no entries
  IdentityLimits identities;
  WatchOptions watch;
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
  telemetry::Registry& registry;
  IdentityEvaluator evaluator = flags::EvaluateIdentity;
};

// The serving side of a node: follows the bus, repairs gaps from the store, compiles snapshots,
// hands them to the shards, and releases a stamp to the hubs only when every shard has the data.
// What is released, and what was written of identities, it also tells the watch of identities.
// Safe from any thread unless noted.
class Replica {
 public:
  Replica(ReplicaOptions options, ReplicaContext context, const std::vector<ShardPorts>& shards,
          Random random);
  // After Stop. The shards' threads have ended: tasks that wait there refer to this.
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Listens to the bus, reads every environment, hands them to the shards, and catches up with the
  // store from then on. Called once; reads the store on the calling thread. kUnavailable if it
  // cannot be read: then nothing goes on.
  Result<void> Start();
  // The same, and returns when all shards hold everything. The shards' threads run; not on one.
  Result<void> LoadAll();
  // No work of this begins any more; returns when none is with the workers or the store. Before
  // those and the bus end, while they and the shards still run.
  void Stop();

  // The part of shard `index`; used on that shard only.
  ShardReplica& shard(size_t index);

  // Calls `then` once every shard holds these changes, or after `patience` at the latest; at once
  // if they do. On `executor`, never inside this call. A stream that is opened after `then` begins
  // with their stamp, or a newer one.
  void WhenServed(std::vector<bus::Change> changes, std::chrono::milliseconds patience,
                  Executor& executor, UniqueFunction<void()> then);

  // Whether this node has everything and knows of no change that it has lacked for long. That the
  // store is away does not count by itself, since nobody can do better then.
  bool IsReady() const;
  // Whether the last look at the store succeeded.
  bool IsStoreReachable() const;

 private:
  // What belongs to one shard, and is touched on it alone.
  struct Shard;
  using Followed = std::unordered_map<EnvironmentId, FollowedEnvironment>;

  void OnChange(const bus::Change& change);
  FollowedEnvironment& Hear(const bus::Change& change) REQUIRES(mutex_);
  void ForgetIdentity(const bus::Change& change, Task then);

  // ---- One load: on a worker, then on each shard, then on the one that was last
  void BeginLoad(EnvironmentId id) REQUIRES(mutex_);
  Result<void> Load(EnvironmentId id);
  Result<std::optional<flags::Environment>> Read(EnvironmentId id);
  void HandOver(ServedEnvironmentPtr served);
  void OnServed(const ServedEnvironmentPtr& served);
  void Release(const flags::Environment& environment, FollowedEnvironment& followed)
      REQUIRES(mutex_);
  void HandOverGone(EnvironmentId id);
  void OnRemoved(EnvironmentId id);
  void OnFailed(EnvironmentId id, const Error& error);
  void NoteInitial(EnvironmentId id) REQUIRES(mutex_);
  void NoteStore(bool reachable);

  // ---- Catch-up
  void CatchUpLater();
  void CatchUp();
  Result<void> ReadInitial();
  Result<std::vector<store::EnvironmentRevision>> ReadRevisions();
  void Compare(const std::vector<store::EnvironmentRevision>& stored);

  const ReplicaOptions options_;
  const ReplicaContext context_;
  const ReplicaMetrics metrics_;
  Outstanding outstanding_;
  const ShardGroup group_;
  TraitWriter traits_;
  IdentityWatch watch_;
  std::vector<std::unique_ptr<Shard>> shards_;  // constant after construction

  mutable Mutex mutex_;
  CondVar complete_;
  Random random_ GUARDED_BY(mutex_);
  bool started_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool store_reachable_ GUARDED_BY(mutex_) = true;
  Followed environments_ GUARDED_BY(mutex_);
  // Those of the start that the shards do not hold yet.
  std::unordered_set<EnvironmentId> initial_ GUARDED_BY(mutex_);
};

}  // namespace flagstream::replica
