// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/stamp.h"

namespace flagstream::bus {

// Says that an environment, or one identity in it, was changed by a transaction that is committed.
struct Change {
  EnvironmentId environment = {};
  // Of the environment after the change; for a trait write, the one its stamp was issued on.
  int64_t revision = 0;
  // Of the environment, or of the identity when there is one.
  Stamp stamp = {};
  // Set when stored traits of one identity changed and nothing else: its identifier.
  std::optional<std::string> identity = std::nullopt;
  // Wall time of the commit on the writer's node; for the propagation histogram.
  int64_t committed_micros = 0;
};

// Carries changes to every node, this one included. Fast, not reliable: a lost message is repaired
// from the store.
class Bus {
 public:
  using Listener = std::function<void(const Change&)>;

  virtual ~Bus() = default;

  // Called once, before the first Publish. `listener` is called from any thread, must not block,
  // and is called for this node's own changes too, possibly inside Publish.
  virtual void Listen(Listener listener) = 0;
  // Safe from any thread; does not block. Failures are the bus's to log and to repair.
  virtual void Publish(const Change& change) = 0;
  // No listener runs after this returns.
  virtual void Stop() = 0;
};

}  // namespace flagstream::bus
