// SPDX-License-Identifier: Apache-2.0
#include "stream/channel.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"

namespace flagstream::stream {
namespace {

// Below this, memory that members left behind is not worth giving back.
constexpr size_t kShrinkAbove = 1024;

size_t AgeClass(Tick age) {
  return static_cast<size_t>(std::ranges::count_if(
      kAgeBounds, [age](std::chrono::minutes bound) { return age * kTickDuration >= bound; }));
}

}  // namespace

Channel::Channel(std::string name, Life life, size_t changes_kept)
    : name_(std::move(name)),
      life_(life),
      log_(changes_kept == 0 ? nullptr : std::make_unique<ChangeLog>(changes_kept)) {}

bool Channel::Offer(FramePtr frame) {
  FLAGSTREAM_ASSERT(frame != nullptr);
  if (frame->stamp <= offered_) return false;
  offered_ = frame->stamp;
  if (log_ != nullptr && !members_.empty())
    log_->Begin(frame->stamp, frame->committed_micros, members_.size());
  const bool was_renewed = newest_ != nullptr && newest_->stamp >= frame->stamp;
  if (!was_renewed) newest_ = std::move(frame);
  const bool may_be_known = was_renewed || offered_ <= newest_brought_;
  due_ = may_be_known ? CountDue() : members_.size() - behind_;
  return true;
}

void Channel::Renew(FramePtr frame) {
  FLAGSTREAM_ASSERT(frame != nullptr);
  if (newest_ != nullptr && frame->stamp > newest_->stamp) newest_ = std::move(frame);
}

size_t Channel::CountDue() const {
  return static_cast<size_t>(
      std::ranges::count_if(members_, [this](const Subscriber* member) { return IsDue(*member); }));
}

void Channel::Add(Subscriber& subscriber) {
  FLAGSTREAM_ASSERT(subscriber.channel_ == nullptr && !subscriber.is_behind_);
  subscriber.channel_ = this;
  newest_brought_ = std::max(newest_brought_, subscriber.sent_);
  Place(members_.size(), subscriber);
  if (IsDue(subscriber)) ++due_;
}

void Channel::Remove(Subscriber& subscriber) {
  FLAGSTREAM_ASSERT(subscriber.channel_ == this);
  if (IsDue(subscriber)) --due_;
  ForgiveRepeat(subscriber);
  if (subscriber.is_behind_) --behind_;
  // The hole is filled so that nobody moves from after the cursor to before it, or a fan-out would
  // go round once more for them.
  size_t hole = subscriber.position_;
  if (hole < cursor_) {
    --cursor_;
    Place(hole, *members_[cursor_]);
    hole = cursor_;
  }
  if (hole + 1 < members_.size()) Place(hole, *members_.back());
  members_.pop_back();
  subscriber.channel_ = nullptr;
  if (members_.empty()) DropRepeat();
  if (members_.capacity() > kShrinkAbove && members_.size() < members_.capacity() / 4)
    members_.shrink_to_fit();
}

void Channel::MarkBehind(Subscriber& subscriber) {
  FLAGSTREAM_ASSERT(!subscriber.is_behind_);
  if (IsDue(subscriber)) --due_;
  if (IsOwed(subscriber)) --owed_;
  subscriber.is_behind_ = true;
  ++behind_;
}

void Channel::MarkCaughtUp(Subscriber& subscriber) {
  FLAGSTREAM_ASSERT(subscriber.is_behind_);
  subscriber.is_behind_ = false;
  --behind_;
  if (IsOwed(subscriber)) ++owed_;
  FLAGSTREAM_ASSERT(!IsDue(subscriber));
}

ChannelView Channel::Look(Tick now) const {
  ChannelView view;
  if (newest_ != nullptr) view.newest = newest_->stamp;
  if (log_ != nullptr) view.changes = log_->All();
  for (const Subscriber* member : members_) Count(*member, now, view.Of(member->client_));
  return view;
}

void Channel::Count(const Subscriber& subscriber, Tick now, StreamCounts& counts) const {
  ++counts.streams;
  ++counts.ages[AgeClass(now - subscriber.joined_)];
  if (subscriber.is_behind_) ++counts.behind;
  if (newest_ == nullptr) return;
  if (!IsDue(subscriber)) ++counts.offered;
  if (!Lacks(subscriber) && !subscriber.is_rest_delivery_) ++counts.written;
}

void Channel::Place(size_t position, Subscriber& subscriber) {
  if (position == members_.size()) {
    members_.push_back(&subscriber);
  } else {
    members_[position] = &subscriber;
  }
  subscriber.position_ = static_cast<uint32_t>(position);
}

}  // namespace flagstream::stream
