// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/executor.h"
#include "base/unique_function.h"

namespace flagstream::replica {

// All shards of the node, for what must have happened on each of them before something else may.
// Safe from any thread.
class ShardGroup {
 public:
  // The executors outlive this and all work given to it.
  explicit ShardGroup(std::vector<Executor*> executors);

  size_t size() const { return executors_.size(); }
  Executor& executor(size_t shard) const { return *executors_[shard]; }

  // Runs `work(shard)` on every shard, then `then`, if there is one, on the shard that was last. If
  // a shard ends before its turn, `then` never runs.
  void OnEach(std::function<void(size_t shard)> work, Task then = {}) const;

 private:
  const std::vector<Executor*> executors_;
};

}  // namespace flagstream::replica
