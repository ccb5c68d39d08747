// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/result.h"
#include "replica/outstanding.h"
#include "store/store.h"
#include "telemetry/registry.h"

namespace flagstream::replica {

// How often features were evaluated, as SDKs report it: gathered in memory and added to the store's
// counts per environment, feature and day now and then. A crash loses what was gathered since; a
// write that fails is tried again with the next. Safe from any thread.
class Analytics {
 public:
  // All but the numbers must outlive it; `timer` runs nothing any more when it is destroyed.
  Analytics(std::chrono::milliseconds flush_interval, store::Store& store, const Clock& clock,
            Executor& timer, telemetry::Registry& metrics);
  Analytics(const Analytics&) = delete;
  Analytics& operator=(const Analytics&) = delete;

  // Begins to flush. Once.
  void Start();
  // The caller knows that the feature is one of the environment's, which bounds what is gathered;
  // beyond kCountsMax counts are dropped.
  void Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) EXCLUDES(mutex_);
  // Writes what is gathered and waits for it; nothing is flushed afterwards. Before the store ends;
  // not on its thread.
  void Stop() EXCLUDES(mutex_);

  static constexpr size_t kCountsMax = 1'000'000;

 private:
  struct Key {
    EnvironmentId environment;
    FeatureId feature;
    int64_t day = 0;  // since 1970, UTC

    auto operator<=>(const Key&) const = default;
  };
  using Counts = std::map<Key, int64_t>;

  void FlushLater();
  void Flush() EXCLUDES(mutex_);
  void PutBack(const Counts& counts) EXCLUDES(mutex_);
  static Result<> Add(store::Transaction& tx, const Counts& counts);

  const std::chrono::milliseconds flush_interval_;
  store::Store& store_;
  const Clock& clock_;
  Executor& timer_;
  telemetry::Counter& dropped_;
  telemetry::Counter& failed_;
  Outstanding outstanding_;

  Mutex mutex_;
  Counts counts_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace flagstream::replica
