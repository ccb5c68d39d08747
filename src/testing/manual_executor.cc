// SPDX-License-Identifier: Apache-2.0
#include "testing/manual_executor.h"

#include "base/assert.h"

namespace flagstream::testing {

void ManualExecutor::Post(Task task) {
  MutexLock lock(mutex_);
  ready_.push_back(std::move(task));
}

void ManualExecutor::PostAfter(std::chrono::milliseconds delay, Task task) {
  MutexLock lock(mutex_);
  delayed_.emplace(DelayedKey(clock_.Steady() + delay, delayed_posted_++), std::move(task));
}

bool ManualExecutor::RunOne() {
  CollectDue();
  Task task;
  {
    MutexLock lock(mutex_);
    if (ready_.empty()) return false;
    task = std::move(ready_.front());
    ready_.pop_front();
  }
  task();
  return true;
}

void ManualExecutor::RunReady(size_t tasks_max) {
  for (size_t ran = 0; RunOne(); ++ran) FLAGSTREAM_ASSERT(ran < tasks_max);
}

void ManualExecutor::AdvanceBy(std::chrono::microseconds by) {
  const SteadyTime end = clock_.Steady() + by;
  RunReady();
  for (SteadyTime due; NextDelayed(due) && due <= end;) {
    if (due > clock_.Steady()) {
      clock_.Advance(std::chrono::duration_cast<std::chrono::microseconds>(due - clock_.Steady()));
    }
    RunReady();
  }
  clock_.Advance(std::chrono::duration_cast<std::chrono::microseconds>(end - clock_.Steady()));
}

size_t ManualExecutor::task_count() const {
  MutexLock lock(mutex_);
  return ready_.size() + delayed_.size();
}

size_t ManualExecutor::delayed_count() const {
  MutexLock lock(mutex_);
  return delayed_.size();
}

void ManualExecutor::CollectDue() {
  MutexLock lock(mutex_);
  while (!delayed_.empty() && delayed_.begin()->first.first <= clock_.Steady()) {
    ready_.push_back(std::move(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
  }
}

bool ManualExecutor::NextDelayed(SteadyTime& due) const {
  MutexLock lock(mutex_);
  if (delayed_.empty()) return false;
  due = delayed_.begin()->first.first;
  return true;
}

}  // namespace flagstream::testing
