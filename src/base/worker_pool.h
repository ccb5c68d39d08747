// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "base/mutex.h"

namespace flagstream {

// Threads for work that blocks: the store, password hashes. Tasks start in the order they were
// given, and several run at once. At most `queue_max` wait; a further one is refused, so that a
// flood is shed here and not in memory.
class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t queue_max);
  // As Stop.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Safe from any thread. False if the queue is full or the pool has stopped; `task` is then
  // destroyed unrun.
  [[nodiscard]] bool Submit(Task task) EXCLUDES(mutex_);
  // Runs what is waiting, then ends the threads. Called once, not from a task.
  void Stop() EXCLUDES(mutex_);
  size_t waiting() const EXCLUDES(mutex_);

 private:
  void Run() EXCLUDES(mutex_);

  const size_t queue_max_;

  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Task> queue_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;
};

}  // namespace flagstream
