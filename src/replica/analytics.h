// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/unique_function.h"
#include "replica/analytics_rows.h"
#include "replica/outstanding.h"
#include "replica/sdk_requests.h"
#include "replica/shard_group.h"
#include "store/store.h"
#include "telemetry/registry.h"

namespace flagstream::replica {

// How often features were evaluated, as SDKs report it, and how often SDKs asked for what: gathered
// in memory and added to the store's daily counts now and then. A crash loses what was gathered
// since; a write that fails is tried again with the next. Safe from any thread.
class Analytics {
 public:
  // All but the numbers must outlive it; the shards run nothing any more when it is destroyed.
  Analytics(std::chrono::milliseconds flush_interval, store::Store& store, const Clock& clock,
            std::vector<Executor*> shards, telemetry::Registry& metrics);
  Analytics(const Analytics&) = delete;
  Analytics& operator=(const Analytics&) = delete;

  // Begins to flush. Once.
  void Start();
  // The caller knows that the feature is one of the environment's, which bounds what is gathered;
  // beyond kCountsMax counts are dropped.
  void Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) EXCLUDES(mutex_);
  // Where a shard counts the requests it answers. They are counted to the day on which they are
  // gathered, which after midnight is a moment off.
  SdkRequests& requests(size_t shard) { return *requests_[shard]; }
  // Takes over what every shard has counted, then runs `then` on one of them. If a shard ends
  // before, `then` never runs.
  void Gather(Task then);
  // Writes what is gathered and waits for it; nothing is flushed afterwards. Before the store ends;
  // not on its thread.
  void Stop() EXCLUDES(mutex_);

  static constexpr size_t kCountsMax = 1'000'000;

 private:
  struct Gathered {
    EvaluationCounts evaluations;
    RequestCounts requests;

    bool IsEmpty() const { return evaluations.empty() && requests.empty(); }
  };

  void FlushLater();
  void Flush() EXCLUDES(mutex_);
  void PutBack(const Gathered& gathered) EXCLUDES(mutex_);
  void TakeOver(size_t shard) EXCLUDES(mutex_);
  int64_t Today() const;

  const std::chrono::milliseconds flush_interval_;
  store::Store& store_;
  const Clock& clock_;
  const ShardGroup shards_;
  std::vector<std::unique_ptr<SdkRequests>> requests_;  // each used on its shard alone
  telemetry::Counter& dropped_;
  telemetry::Counter& failed_;
  Outstanding outstanding_;

  Mutex mutex_;
  Gathered gathered_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace flagstream::replica
