// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "store/sqlite/progress.h"
#include "store/sqlite/session.h"
#include "store/store.h"

namespace flagstream::store::sqlite {

// Owns the one connection that writes, and its thread. All works that wait are run in one
// transaction, each undone alone if it fails, so that they share one wait for the disk: the more
// come at once, the less each costs. If the transaction cannot be committed, every work in it gets
// kUnavailable and nothing of it is kept.
class GroupWriter {
 public:
  // Most works in one transaction, so that the first of them does not wait for ever.
  static constexpr size_t kGroupMax = 256;

  struct Counts {
    int64_t works = 0;    // finished, well or not
    int64_t commits = 0;  // transactions that reached the disk
    int64_t failed_commits = 0;
  };

  // Works wait up to `waiting_max`; more are refused with kUnavailable. `clock` must outlive the
  // writer.
  GroupWriter(std::unique_ptr<Session> session, std::unique_ptr<ProgressKeeper> progress,
              const Clock& clock, size_t waiting_max);
  // As Stop.
  ~GroupWriter();

  // Safe from any thread. `done` is called on the writer's thread, or here when `work` is refused.
  void Submit(WriteWork work, Store::Done done) EXCLUDES(mutex_);
  // Lets the running group end, gives kUnavailable to what waits, and ends the thread. Not on that
  // thread.
  void Stop() EXCLUDES(mutex_);

  size_t waiting() const EXCLUDES(mutex_);
  Counts counts() const EXCLUDES(mutex_);

 private:
  struct Job {
    WriteWork work;
    Store::Done done;
    Result<void> result;
  };
  using Group = std::vector<Job>;

  void Loop() EXCLUDES(mutex_);
  // Waits for work; empty when it is time to end.
  Group TakeGroup() EXCLUDES(mutex_);
  void RunGroup(Group& group) EXCLUDES(mutex_);
  // Whether anything was changed.
  Result<bool> RunInTransaction(Group& group, SessionTransaction& transaction);
  Result<void> RunOne(Job& job, SessionTransaction& transaction);
  void GiveUp(Group& group, const Error& error);
  void Count(size_t works, bool ok) EXCLUDES(mutex_);

  // Constant after construction
  const Clock& clock_;
  const size_t waiting_max_;

  // On the writer's thread
  const std::unique_ptr<Session> session_;
  const std::unique_ptr<ProgressKeeper> progress_;
  bool is_failing_ = false;  // the last group could not be stored

  mutable Mutex mutex_;
  CondVar wake_;
  std::deque<Job> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  Counts counts_ GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace flagstream::store::sqlite
