// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "base/executor.h"

namespace flagstream::replica {

// One who waits until all shards hold some changes, or until his patience ends. Posts `then` once,
// to his own executor. Not thread-safe: guarded by the lock of its user.
class ServedWait {
 public:
  ServedWait(Executor& executor, Task then) : executor_(executor), then_(std::move(then)) {}

  // One more thing to wait for.
  void Add() { ++left_; }
  // It came; the last one ends the waiting.
  void Remove() {
    if (--left_ == 0) End();
  }
  void End() {
    if (then_) executor_.Post(std::exchange(then_, {}));
  }
  bool HasEnded() const { return !then_; }

 private:
  Executor& executor_;
  Task then_;
  size_t left_ = 0;
};

}  // namespace flagstream::replica
