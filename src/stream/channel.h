// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "stream/frame.h"
#include "stream/subscriber.h"

namespace flagstream::stream {

// All streams of one name on one shard, the newest frame they should have, and who of them has yet
// to be sent it. Lives on its shard; the hub owns it, sends, and tells it what became of each
// sending. It borrows its members: one leaves before it ends.
//
// A member is due when it has not begun the newest frame and its sink is not known to be full. The
// number of due ones is kept exactly; a fan-out goes round the members from where the last one
// stopped until it is zero. So a newer frame that comes during a fan-out just makes all due again:
// nobody is sent the older one any more, and those at the end do not starve.
class Channel {
 public:
  explicit Channel(std::string name) : name_(std::move(name)) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const std::string& name() const { return name_; }
  // Null before the first.
  const FramePtr& newest() const { return newest_; }
  const std::vector<Subscriber*>& members() const { return members_; }
  // Whether forgetting it loses nothing.
  bool IsUnused() const { return members_.empty() && newest_ == nullptr; }
  bool HasDue() const { return due_ > 0; }
  // Whether it waits for its turn to fan out; kept for the hub.
  bool IsQueued() const { return is_queued_; }
  void SetQueued(bool is_queued) { is_queued_ = is_queued; }

  // Whether its stamp is above that of the frame held; the frame is ignored otherwise.
  bool Offer(FramePtr frame);

  void Add(Subscriber& subscriber);
  void Remove(Subscriber& subscriber);

  // The next member that is due; null if none is, or after `visits` members were looked at.
  // `visits` is counted down. The caller says at once what became of it: sent, behind, or removed.
  Subscriber* NextDue(size_t& visits);
  void MarkSent(Subscriber& subscriber);
  void MarkBehind(Subscriber& subscriber);
  // Requires that it has begun the newest frame.
  void MarkCaughtUp(Subscriber& subscriber);

  bool IsDue(const Subscriber& subscriber) const {
    return newest_ != nullptr && subscriber.sent_ < newest_->stamp && !subscriber.is_behind_;
  }

 private:
  void Place(size_t position, Subscriber& subscriber);

  const std::string name_;
  FramePtr newest_;
  std::vector<Subscriber*> members_;
  size_t cursor_ = 0;  // members before it were looked at on this round
  size_t due_ = 0;
  size_t behind_ = 0;
  bool is_queued_ = false;
};

inline Subscriber* Channel::NextDue(size_t& visits) {
  // Far enough ahead that a line has arrived from memory when its turn comes.
  constexpr size_t kAhead = 8;
  while (due_ > 0 && visits > 0) {
    --visits;
    if (cursor_ >= members_.size()) cursor_ = 0;
    if (cursor_ + kAhead < members_.size())
      __builtin_prefetch(members_[cursor_ + kAhead], /*rw=*/1);
    Subscriber* const subscriber = members_[cursor_++];
    if (IsDue(*subscriber)) return subscriber;
  }
  return nullptr;
}

inline void Channel::MarkSent(Subscriber& subscriber) {
  if (IsDue(subscriber)) --due_;
  subscriber.sent_ = newest_->stamp;
}

}  // namespace flagstream::stream
