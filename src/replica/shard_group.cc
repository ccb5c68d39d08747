// SPDX-License-Identifier: Apache-2.0
#include "replica/shard_group.h"

#include <atomic>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace flagstream::replica {
namespace {

// One piece of work for all shards, and what follows it.
struct Round {
  std::function<void(size_t)> work;
  Task then;
  std::atomic<size_t> left;
};

}  // namespace

ShardGroup::ShardGroup(std::vector<Executor*> executors) : executors_(std::move(executors)) {
  FLAGSTREAM_ASSERT(!executors_.empty());
}

void ShardGroup::OnEach(std::function<void(size_t shard)> work, Task then) const {
  auto round = std::make_shared<Round>();
  round->work = std::move(work);
  round->then = std::move(then);
  round->left = executors_.size();
  for (size_t shard = 0; shard < executors_.size(); ++shard) {
    executors_[shard]->Post([round, shard] {
      round->work(shard);
      // The last one sees what the others did before.
      if (round->left.fetch_sub(1, std::memory_order_acq_rel) == 1 && round->then) round->then();
    });
  }
}

}  // namespace flagstream::replica
