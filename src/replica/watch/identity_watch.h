// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/ids.h"
#include "base/mutex.h"
#include "base/random.h"
#include "bus/bus.h"
#include "replica/identity.h"
#include "replica/outstanding.h"
#include "replica/served_environment.h"
#include "replica/shard_group.h"
#include "replica/watch/evaluation.h"
#include "replica/watch/watch_metrics.h"
#include "replica/watch/watched_identity.h"
#include "replica/workers.h"
#include "store/store.h"
#include "stream/hub.h"
#include "wire/sdk.h"

namespace flagstream::replica {

struct WatchOptions {
  // How many identities are read in one transaction and evaluated in one turn on a worker, and how
  // many such turns go on at once: what remains of the workers is for those who wait for answers.
  size_t batch_max = 32;
  size_t batches_at_once = 1;
  // Between tries when the store cannot be read: doubled from one to the other, and jittered.
  std::chrono::milliseconds retry_min{50};
  std::chrono::milliseconds retry_max{5'000};
};

// What the watch works with; all of it outlives the watch.
struct WatchContext {
  store::Store& store;
  Workers workers;
  const ShardGroup& shards;
  std::vector<stream::Hub*> hubs;  // by shard
  IdentityEvaluator evaluator;
  Outstanding& outstanding;
};

// The identities that have streams on this node. When something may have changed what one of them
// is served, a stored trait of it or anything in its environment, it is evaluated on a worker and
// the result compared with what its streams were told; only a difference is offered to them. What
// is told can be fetched from every shard: it is made of snapshots that all of them hold, and they
// forget older versions of the identity first.
//
// Its cost is bounded by the streams: an entry per identity with streams, one evaluation waiting or
// under way for each, and `batches_at_once` turns of the workers. One that fails is tried again
// until it succeeds. Safe from any thread unless noted.
class IdentityWatch {
 public:
  // Makes a shard forget what it holds of an identity, unless it is of this version. Runs there.
  using ForgetUnless =
      std::function<void(size_t shard, EnvironmentId environment, const std::string& identifier,
                         const IdentityVersion& version)>;

  // One stream's interest: as long as it lives the identity is watched for it. Outlived by the
  // watch.
  class Interest {
   public:
    Interest(IdentityWatch& watch, size_t shard, WatchedIdentityPtr identity)
        : watch_(&watch), identity_(std::move(identity)), shard_(shard) {}
    Interest(Interest&& other) noexcept = default;
    Interest& operator=(Interest&&) = delete;
    ~Interest();

    const WatchedIdentity& identity() const { return *identity_; }

   private:
    IdentityWatch* watch_;
    WatchedIdentityPtr identity_;  // null once moved from
    size_t shard_;
  };
  // How a stream joins the hub of its shard: as JoinPassing takes it, in the same turn.
  struct Joining {
    Interest interest;
    std::string channel;
    stream::FramePtr first;  // null: it will be offered
  };

  IdentityWatch(WatchOptions options, WatchContext context, ForgetUnless forget_unless,
                WatchMetrics metrics, Random random);
  // After Stop, and after the shards' threads have ended.
  ~IdentityWatch();
  IdentityWatch(const IdentityWatch&) = delete;
  IdentityWatch& operator=(const IdentityWatch&) = delete;

  // A stream on `shard`, by a key of this kind of the environment. On that shard.
  Joining Join(size_t shard, EnvironmentId environment, WatchKey key) EXCLUDES(mutex_);

  // Stored traits of the identity that the change names were written.
  void OnIdentityChanged(const bus::Change& change) EXCLUDES(mutex_);
  // Every shard holds this; committed then (0: not known).
  void OnServed(ServedEnvironmentPtr served, int64_t committed_micros) EXCLUDES(mutex_);
  // No shard holds it any more: its streams end.
  void OnRemoved(EnvironmentId environment) EXCLUDES(mutex_);

  // No evaluation begins any more; those under way are counted by `outstanding`.
  void Stop() EXCLUDES(mutex_);

 private:
  // One environment: its newest snapshot that every shard holds, and its identities with streams.
  struct Environment {
    ServedEnvironmentPtr served;  // null: not yet, or no more
    int64_t committed_micros = 0;
    bool is_sweep_wanted = false;  // all of its identities are to be queued
    std::unordered_map<WatchKey, WatchedIdentityPtr, WatchKeyHash> identities;  // keys borrow
  };
  using Queue =
      boost::intrusive::list<WatchedIdentity, boost::intrusive::constant_time_size<false>>;

  // ---- Streams
  const WatchedIdentityPtr& Watched(EnvironmentId environment, WatchKey key) REQUIRES(mutex_);
  void Leave(WatchedIdentity& identity, size_t shard) EXCLUDES(mutex_);
  void Remove(WatchedIdentity& identity) REQUIRES(mutex_);

  // ---- What waits
  void Want(WatchedIdentity& identity, Queue& queue, int64_t committed_micros) REQUIRES(mutex_);
  void Sweep() REQUIRES(mutex_);
  void TakeFrom(Queue& queue, size_t jobs_max, EvaluationJobs& jobs) REQUIRES(mutex_);
  bool HasWork() const REQUIRES(mutex_);

  // ---- A turn: on a worker, then on the shards, then on the one that was last
  void Pump() REQUIRES(mutex_);
  void RunTurn() EXCLUDES(mutex_);
  EvaluationJobs TakeJobs() EXCLUDES(mutex_);
  void EndTurn(EvaluationJobs jobs, bool evaluated) EXCLUDES(mutex_);
  void Conclude(EvaluationJob job) REQUIRES(mutex_);
  void SettleThenTell(EvaluationJob job) REQUIRES(mutex_);
  void Tell(const EvaluationJob& job) REQUIRES(mutex_);
  void End(WatchedIdentity& identity) REQUIRES(mutex_);
  void PutBack(const EvaluationJob& job) REQUIRES(mutex_);
  void PumpLater() REQUIRES(mutex_);

  const WatchOptions options_;
  const WatchContext context_;
  const ForgetUnless forget_unless_;
  const WatchMetrics metrics_;

  Mutex mutex_;
  Random random_ GUARDED_BY(mutex_);
  std::unordered_map<EnvironmentId, Environment> environments_ GUARDED_BY(mutex_);
  std::vector<EnvironmentId> sweeps_ GUARDED_BY(mutex_);
  // Each turn takes from both, so that neither keeps the other waiting.
  Queue single_ GUARDED_BY(mutex_);  // a trait was written, a stream joined
  Queue swept_ GUARDED_BY(mutex_);   // their environment changed
  uint64_t channels_made_ GUARDED_BY(mutex_) = 0;
  size_t turns_ GUARDED_BY(mutex_) = 0;  // with the workers
  int failures_ GUARDED_BY(mutex_) = 0;  // turns that failed since one succeeded
  bool is_pausing_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace flagstream::replica
