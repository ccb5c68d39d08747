// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/stamp.h"
#include "replica/served_wait.h"

namespace flagstream::replica {

// How far a node is with one environment: what it heard of, what its shards hold, what it released.
// One load at a time, from reading the store until every shard has taken the result; what is heard
// meanwhile causes one more. Only bookkeeping: a call that returns true asks the Replica to begin a
// load. Not thread-safe.
class FollowedEnvironment {
 public:
  // A change was heard of, from the bus or from the store.
  [[nodiscard]] bool Hear(int64_t revision, int64_t committed_micros, SteadyTime now);
  // What is held may be wrong in a way that a revision does not tell: the environment may be gone.
  [[nodiscard]] bool Doubt();

  // The load brought data or found the environment gone; the shards are being told.
  void OnLoaded() { failures_ = 0; }
  // Every shard holds `revision`.
  [[nodiscard]] bool OnServed(int64_t revision);
  // No shard holds it any more. Without a further load there is nothing left to follow.
  [[nodiscard]] bool OnRemoved();
  // Until OnRetry nothing begins. Returns how many loads have failed since the last success.
  int OnFailed() { return ++failures_; }

  // Whether `stamp`, which every shard holds, is news to subscribers; then it is taken as released.
  [[nodiscard]] bool Release(Stamp stamp);

  // Calls wait.Remove once `revision` is served or the environment is gone; at once if it is.
  void WaitFor(int64_t revision, std::shared_ptr<ServedWait> wait);

  int64_t served() const { return served_; }
  bool IsLoading() const { return loading_; }
  // Since when a change is known that the shards lack; unset if there is none.
  std::optional<SteadyTime> behind_since() const { return behind_since_; }
  // When `revision` was committed, by the clock of the writer's node; 0 if it was not told.
  int64_t CommittedMicros(int64_t revision) const {
    return revision == heard_ ? heard_committed_micros_ : 0;
  }

 private:
  bool WantLoad();
  void SetHeard(int64_t revision);
  bool Finish(bool load_again);
  void EndWaits(int64_t served);

  int64_t heard_ = 0;  // above `served_` only while a load is under way
  int64_t heard_committed_micros_ = 0;
  int64_t served_ = 0;  // 0: nothing
  Stamp released_;
  bool loading_ = false;
  bool load_again_ = false;  // something was heard since the load began
  bool doubted_ = false;     // since then, in a way that no revision answers
  int failures_ = 0;
  std::optional<SteadyTime> behind_since_;
  std::vector<std::pair<int64_t, std::shared_ptr<ServedWait>>> waits_;
};

}  // namespace flagstream::replica
