// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

#include "base/assert.h"
#include "base/mutex.h"

namespace flagstream::api {

// How many streams this process may have open, over all shards. Safe from any thread.
class StreamSlots {
 public:
  explicit StreamSlots(size_t max) : max_(max) {}
  StreamSlots(const StreamSlots&) = delete;
  StreamSlots& operator=(const StreamSlots&) = delete;

  // Whether there was a slot; it is then taken until Release.
  [[nodiscard]] bool TryTake() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < max_) return true;
    taken_.fetch_sub(1, std::memory_order_relaxed);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  void Release() {
    const size_t before = taken_.fetch_sub(1, std::memory_order_relaxed);
    FLAGSTREAM_ASSERT(before > 0);
    if (before > 1) return;
    MutexLock lock(mutex_);
    none_taken_.NotifyAll();
  }
  // Waits until none is taken, or for `patience`.
  void WaitForNone(std::chrono::milliseconds patience) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (taken() > 0 && none_taken_.WaitFor(mutex_, patience)) {
    }
  }

  size_t max() const { return max_; }
  size_t taken() const { return taken_.load(std::memory_order_relaxed); }
  // Since the start; for metrics.
  size_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  const size_t max_;
  std::atomic<size_t> taken_{0};
  std::atomic<size_t> refused_{0};
  Mutex mutex_;  // held by no one but who waits and who wakes them
  CondVar none_taken_;
};

}  // namespace flagstream::api
