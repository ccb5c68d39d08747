// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "stream/hub.h"

// How streams leave a hub, and go on in one of another process.
namespace flagstream::stream {

void Hub::MoveOut(const TakeStream& take) {
  role_.AssertHere();
  now_ = TickNow();
  MoveOut(idle_, take);
  std::vector<const Channel*> channels;  // which are forgotten with their last streams
  for (const auto& [name, channel] : channels_) channels.push_back(channel.get());
  for (const Channel* channel : channels) MoveOut(*channel, take);
}

void Hub::MoveOut(const Channel& channel, const TakeStream& take) {
  for (size_t left = channel.members().size(); left > 0; --left) {
    Subscriber& subscriber = *channel.members().back();
    MovedStream moved = Describe(subscriber);
    std::unique_ptr<Sink> sink = std::move(subscriber.sink_);
    End(subscriber, EndReason::kMoved);
    take(std::move(moved), std::move(sink));
  }
}

MovedStream Hub::Describe(const Subscriber& subscriber) const {
  MovedStream moved;
  moved.channel = subscriber.channel_->name();
  moved.terms.age_max = kUnlimitedAge;
  if (subscriber.age_due_ != kNever) {
    const Tick left = subscriber.age_due_ > now_ ? subscriber.age_due_ - now_ : 1;
    moved.terms.age_max = left * kTickDuration;
  }
  moved.terms.age_jitter = 0;  // drawn already
  moved.terms.ends_after_change = subscriber.ends_after_change_;
  moved.terms.needs_whole_events = subscriber.needs_whole_events_;
  moved.terms.is_repeat_free = subscriber.is_repeat_free_;
  moved.terms.client = subscriber.client_;
  moved.age = (now_ - subscriber.joined_) * kTickDuration;
  moved.sent = subscriber.sent_;
  moved.rest = subscriber.rest_;
  moved.is_end_due = subscriber.is_end_due_;
  moved.is_repeat_owed = subscriber.is_repeat_owed_;
  return moved;
}

Subscriber& Hub::MoveIn(MovedStream stream, std::unique_ptr<Sink> sink) {
  role_.AssertHere();
  Channel& channel = stream.channel.empty() ? idle_ : ChannelNamed(stream.channel);
  return MoveIn(channel, std::move(stream), std::move(sink));
}

Subscriber& Hub::MoveInPassing(MovedStream stream, FramePtr first, std::unique_ptr<Sink> sink) {
  role_.AssertHere();
  Channel& channel = PassingChannel(stream.channel, std::move(first));
  return MoveIn(channel, std::move(stream), std::move(sink));
}

// As one that waits for room: what comes next is the rest of the chunk under way, if there is one,
// and then the newest.
Subscriber& Hub::MoveIn(Channel& channel, MovedStream stream, std::unique_ptr<Sink> sink) {
  Subscriber& subscriber = Open(std::move(sink), stream.terms);
  subscriber.joined_ = now_ - static_cast<Tick>(stream.age / kTickDuration);
  subscriber.sent_ = stream.sent;
  subscriber.is_end_due_ = stream.is_end_due;
  EnterChannel(subscriber, channel);
  if (stream.is_repeat_owed && channel.newest() != nullptr) channel.OweRepeat(subscriber);
  if (is_shutting_down_) EndNoLaterThan(subscriber, DrawShutdownDue(), EndReason::kShutdown);
  channel.MarkBehind(subscriber);
  subscriber.behind_since_ = now_;
  metrics_.FellBehind();
  if (!stream.rest.empty()) {
    const auto rest = std::make_shared<const Frame>(Frame{stream.sent, 0, std::move(stream.rest)});
    subscriber.rest_ = rest->chunk;
    subscriber.rest_frame_ = rest;
  }
  ScheduleDeadline(subscriber);
  OnWritable(subscriber);
  return subscriber;
}

}  // namespace flagstream::stream
