// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "store/memory_tables.h"
#include "store/store.h"

namespace flagstream::store {

// A store for tests: the semantics of the real ones, without a disk. Write runs the work and `done`
// before it returns, on the caller's thread, so that a test has nothing to wait for; otherwise safe
// from any thread as they are. It can be told to fail at the n-th call, so that a test can walk
// through every place where a database may go away.
class MemoryStore final : public Store {
 public:
  // `clock` must outlive the store.
  explicit MemoryStore(const Clock& clock = SystemClock()) : clock_(clock) {}

  Result<void> Read(const ReadWork& work) override EXCLUDES(mutex_);
  void Write(WriteWork work, Done done) override EXCLUDES(writer_, mutex_);

  // Calls on Readers and Transactions so far; what FailCall counts in.
  int64_t calls() const EXCLUDES(mutex_);
  // Once: the call after the next `calls_before` gets `error` and does nothing.
  void FailCall(int64_t calls_before, Error error) EXCLUDES(mutex_);
  // Once: the next write whose work succeeds is undone and gets `error`, as if its commit had
  // failed.
  void FailCommit(Error error) EXCLUDES(mutex_);

 private:
  class View;
  class Change;

  // Counts a call; the error it is to have, if any.
  Result<void> OnCall() EXCLUDES(mutex_);
  Result<void> Run(const WriteWork& work) EXCLUDES(writer_, mutex_);
  Result<void> Commit(MemoryTables tables) REQUIRES(writer_) EXCLUDES(mutex_);

  const Clock& clock_;
  Mutex writer_;  // one write at a time; taken before mutex_

  mutable Mutex mutex_;
  MemoryTables tables_ GUARDED_BY(mutex_);
  int64_t calls_ GUARDED_BY(mutex_) = 0;
  int64_t failing_call_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> call_error_ GUARDED_BY(mutex_);
  std::optional<Error> commit_error_ GUARDED_BY(mutex_);
};

}  // namespace flagstream::store
