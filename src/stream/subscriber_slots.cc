// SPDX-License-Identifier: Apache-2.0
#include "stream/subscriber_slots.h"

#include "base/assert.h"

namespace flagstream::stream {

Subscriber& SubscriberSlots::Take() {
  if (free_.empty()) AddBlock();
  auto& subscriber = static_cast<Subscriber&>(free_.front());
  free_.pop_front();
  return subscriber;
}

void SubscriberSlots::Return(Subscriber& subscriber) {
  FLAGSTREAM_ASSERT(!subscriber.IsOpen());
  subscriber.unlink();
  subscriber.state_ = StreamState::kFree;
  subscriber.is_behind_ = false;
  subscriber.is_end_due_ = false;
  subscriber.is_rest_delivery_ = false;
  subscriber.sent_ = Stamp();
  subscriber.rest_ = {};
  subscriber.rest_frame_.reset();
  subscriber.sink_.reset();
  free_.push_front(subscriber);
}

void SubscriberSlots::AddBlock() {
  Subscriber* const block =
      blocks_.emplace_back(std::make_unique<Subscriber[]>(kSlotsPerBlock)).get();
  for (size_t i = 0; i < kSlotsPerBlock; ++i) free_.push_back(block[i]);
}

}  // namespace flagstream::stream
