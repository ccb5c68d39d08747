// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/result.h"
#include "store/postgres/connection_pool.h"
#include "store/store.h"

namespace flagstream::store::postgres {

// Threads that write, each work in a serialisable transaction of its own: what works read and write
// is as if they had run one after the other, on whichever nodes. One that met another on its way is
// undone and run again. The server lets transactions that commit at once share the wait for its
// disk.
class WriterPool {
 public:
  struct Counts {
    int64_t works = 0;    // finished, well or not
    int64_t commits = 0;  // of them well
    int64_t repeats = 0;  // runs that another transaction was in the way of
  };

  // Works wait up to `waiting_max`; more are refused with kUnavailable. All that is referred to
  // outlives this. `clock` as in Session.
  WriterPool(ConnectionPool& connections, const Clock* clock, size_t threads, size_t waiting_max);
  // As Stop.
  ~WriterPool();

  // Safe from any thread. `done` is called on one of the pool's threads, or here when `work` is
  // refused.
  void Submit(WriteWork work, Store::Done done) EXCLUDES(mutex_);
  // Lets the works that run end, gives kUnavailable to those that wait, and ends the threads. Not
  // on one of them.
  void Stop() EXCLUDES(mutex_);

  size_t waiting() const EXCLUDES(mutex_);
  Counts counts() const EXCLUDES(mutex_);

 private:
  struct Job {
    WriteWork work;
    Store::Done done;
  };

  void Loop() EXCLUDES(mutex_);
  // Waits for one; none when it is time to end.
  std::optional<Job> Take() EXCLUDES(mutex_);
  Result<void> Run(const WriteWork& work, Random& random) EXCLUDES(mutex_);

  // Constant after construction
  ConnectionPool& connections_;
  const Clock* const clock_;
  const size_t waiting_max_;

  mutable Mutex mutex_;
  CondVar wake_;
  CondVar stopped_;
  std::deque<Job> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Counts counts_ GUARDED_BY(mutex_);

  std::vector<std::thread> threads_;
};

}  // namespace flagstream::store::postgres
