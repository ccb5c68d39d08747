// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "stream/subscriber.h"

namespace flagstream::stream {

// Where subscribers live: blocks of slots that never move, so that a fan-out walks memory in order
// and joining allocates once per block. A slot is used again after its subscriber was returned; the
// memory is bounded by the most streams there ever were at once.
class SubscriberSlots {
 public:
  static constexpr size_t kSlotsPerBlock = 64;

  Subscriber& Take();
  // Destroys the subscriber's sink.
  void Return(Subscriber& subscriber);

  size_t slot_count() const { return blocks_.size() * kSlotsPerBlock; }

 private:
  void AddBlock();

  std::vector<std::unique_ptr<Subscriber[]>> blocks_;
  TimerList free_;  // of those that were used last first: their memory is warm
};

}  // namespace flagstream::stream
