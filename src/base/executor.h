// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/unique_function.h"

namespace flagstream {

using Task = UniqueFunction<void()>;

// A place where tasks run one after the other, in the order they were posted: a shard, or a test's
// queue. All calls are safe from any thread. Tasks still waiting when the executor ends are
// destroyed unrun.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `task` later, never inside this call.
  virtual void Post(Task task) = 0;
  // Runs `task` once, no sooner than `delay` from now.
  virtual void PostAfter(std::chrono::milliseconds delay, Task task) = 0;
  // Whether the caller is on the thread that runs the tasks.
  virtual bool IsHere() const = 0;
};

}  // namespace flagstream
