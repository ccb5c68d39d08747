// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <thread>
#include <utility>

#include "base/executor.h"
#include "base/mutex.h"
#include "testing/fake_clock.h"

namespace flagstream::testing {

// An executor whose tasks run on the test's thread, when the test asks. Its time is that of a
// FakeClock: delayed tasks come due as the clock is advanced through here. Posting is safe from any
// thread; everything else is for the thread that made it.
class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(FakeClock& clock) : clock_(clock) {}

  void Post(Task task) override;
  void PostAfter(std::chrono::milliseconds delay, Task task) override;
  bool IsHere() const override { return std::this_thread::get_id() == thread_; }

  // Runs the oldest task that is due; false if none is.
  bool RunOne();
  // Runs tasks, those they post included, until none is due. Aborts after `tasks_max`: something
  // posts itself for ever.
  void RunReady(size_t tasks_max = 1'000'000);
  // Advances the clock by `by`, stopping at each delayed task on the way to run it and what it
  // posts.
  void AdvanceBy(std::chrono::microseconds by);

  // Waiting tasks, delayed ones included.
  size_t task_count() const;
  size_t delayed_count() const;

 private:
  // Delayed tasks by due time, of equal ones by order of posting.
  using DelayedKey = std::pair<SteadyTime, uint64_t>;

  // Moves delayed tasks whose time has come to the end of the queue.
  void CollectDue();
  bool NextDelayed(SteadyTime& due) const;

  FakeClock& clock_;
  const std::thread::id thread_ = std::this_thread::get_id();

  mutable Mutex mutex_;
  std::deque<Task> ready_ GUARDED_BY(mutex_);
  std::map<DelayedKey, Task> delayed_ GUARDED_BY(mutex_);
  uint64_t delayed_posted_ GUARDED_BY(mutex_) = 0;
};

}  // namespace flagstream::testing
