// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "bus/bus.h"
#include "replica/shard_replica.h"
#include "store/store.h"
#include "stream/hub.h"

namespace flagstream::replica {

// The serving side of a node: follows the bus, repairs gaps from the store once a second, compiles snapshots, hands them to the
// shards, and releases a stamp to the hubs only when every shard has the data. Safe from any thread unless noted.
class Replica {
 public:
  // Loads every environment; returns when all shards hold them. The node is ready then. Before Start of the listeners.
  Result<> LoadAll();

  // The part of shard `index`; used on that shard only.
  ShardReplica& shard(size_t index);

  // Calls `then` once every shard holds these changes, or after `patience` at the latest; at once if they do. On the caller's `executor`.
  void WhenServed(std::vector<bus::Change> changes, std::chrono::milliseconds patience, Executor& executor,
                  UniqueFunction<void()> then);

  // Whether this node is known to be current: its last look at bus or store, no older than a few seconds, found nothing missing.
  bool IsReady() const;
};

}  // namespace flagstream::replica
