// SPDX-License-Identifier: Apache-2.0
#include "stream/hub.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

// The hub's calls, its channels, and the work that it does in slices. How a channel is told of a
// frame is in hub_fan_out.cc, what happens to a single stream in hub_streams.cc.
namespace flagstream::stream {

using std::chrono::milliseconds;

Hub::Hub(HubOptions options, Executor& shard, const Clock& clock, Random random,
         telemetry::Registry& metrics)
    : options_(options),
      shard_(shard),
      clock_(clock),
      start_(clock.Steady()),
      random_(std::move(random)),
      metrics_(metrics) {
  FLAGSTREAM_ASSERT(options.keepalive > milliseconds::zero());
  FLAGSTREAM_ASSERT(options.write_timeout > milliseconds::zero());
  FLAGSTREAM_ASSERT(options.slice > 0);
  FLAGSTREAM_ASSERT(options.repeat >= milliseconds::zero());
  FLAGSTREAM_ASSERT(options.merge >= milliseconds::zero());
  FLAGSTREAM_ASSERT(options.spread >= milliseconds::zero());
  FLAGSTREAM_ASSERT(options.changes_kept <= ChannelView::kChangesMax);
}

Hub::~Hub() = default;

void Hub::Offer(std::string_view channel_name, FramePtr frame) {
  role_.AssertHere();
  Offer(ChannelNamed(channel_name), std::move(frame));
}

void Hub::OfferPassing(std::string_view channel, FramePtr frame) {
  role_.AssertHere();
  const auto found = channels_.find(channel);
  if (found != channels_.end()) Offer(*found->second, std::move(frame));
}

Subscriber& Hub::Join(std::string_view channel, std::unique_ptr<Sink> sink, StreamTerms terms) {
  role_.AssertHere();
  return Join(ChannelNamed(channel), std::move(sink), terms);
}

Subscriber& Hub::JoinPassing(std::string_view channel_name, FramePtr first,
                             std::unique_ptr<Sink> sink, StreamTerms terms) {
  role_.AssertHere();
  return Join(PassingChannel(channel_name, std::move(first)), std::move(sink), terms);
}

Subscriber& Hub::JoinIdle(std::unique_ptr<Sink> sink, StreamTerms terms) {
  role_.AssertHere();
  return Join(idle_, std::move(sink), terms);
}

void Hub::Close(std::string_view channel) {
  role_.AssertHere();
  const auto found = channels_.find(channel);
  if (found == channels_.end()) return;
  std::erase(fan_outs_, found->second.get());
  std::erase_if(waiting_,
                [&found](const auto& entry) { return entry.second == found->second.get(); });
  found->second->DropRepeat();
  closing_.push_back(std::move(found->second));
  channels_.erase(found);
  PostRun();
}

void Hub::Shutdown(milliseconds window) {
  role_.AssertHere();
  now_ = TickNow();
  const auto ticks = static_cast<Tick>(window / kTickDuration);
  is_shutting_down_ = true;
  shutdown_end_ = now_ + ticks;
  size_t live = idle_.members().size();
  for (const auto& [name, channel] : channels_) live += channel->members().size();
  size_t ends = 0;
  SpreadEnds(idle_, ticks, live, ends);
  for (const auto& [name, channel] : channels_) SpreadEnds(*channel, ticks, live, ends);
}

ChannelView Hub::Look(std::string_view channel) const {
  role_.AssertHere();
  const auto found = channels_.find(channel);
  return found == channels_.end() ? ChannelView() : found->second->Look(TickNow());
}

size_t Hub::stream_count() const {
  role_.AssertHere();
  return stream_count_;
}

size_t Hub::slot_count() const {
  role_.AssertHere();
  return slots_.slot_count();
}

size_t Hub::channel_count() const {
  role_.AssertHere();
  return channels_.size();
}

// ---- Channels

Channel& Hub::ChannelNamed(std::string_view name, Channel::Life life) {
  const auto found = channels_.find(name);
  if (found != channels_.end()) return *found->second;
  metrics_.ChannelAdded();
  const size_t changes_kept = life == Channel::Life::kKept ? options_.changes_kept : 0;
  auto channel = std::make_unique<Channel>(std::string(name), life, changes_kept);
  return *channels_.emplace(name, std::move(channel)).first->second;
}

Channel& Hub::PassingChannel(std::string_view name, FramePtr first) {
  Channel& channel = ChannelNamed(name, Channel::Life::kPassing);
  if (first != nullptr && channel.newest() == nullptr) {
    Offer(channel, std::move(first));
  } else if (first != nullptr) {
    channel.Renew(std::move(first));
  }
  return channel;
}

void Hub::Offer(Channel& channel, FramePtr frame) {
  const bool was_due = channel.HasDue();
  if (!channel.Offer(std::move(frame))) return;
  channel.DropRepeat();
  metrics_.FrameOffered();
  if (was_due) metrics_.FrameMerged();
  BeginFanOut(channel);
}

void Hub::ForgetIfUnused(const Channel& channel) {
  // Its last stream may end in the middle of a fan-out, which looks once more then.
  if (!channel.IsUnused() || channel.IsQueued()) return;
  const auto found = channels_.find(channel.name());
  // Neither the idle one, nor one that is being closed while its name may be in use again.
  if (found == channels_.end() || found->second.get() != &channel) return;
  metrics_.ChannelRemoved();
  channels_.erase(found);
}

Subscriber& Hub::Join(Channel& channel, std::unique_ptr<Sink> sink, StreamTerms terms) {
  Subscriber& subscriber = Open(std::move(sink), terms);
  EnterChannel(subscriber, channel);
  if (is_shutting_down_) EndNoLaterThan(subscriber, DrawShutdownDue(), EndReason::kShutdown);
  ScheduleDeadline(subscriber);
  SendNewest(subscriber);
  return subscriber;
}

Subscriber& Hub::Open(std::unique_ptr<Sink> sink, StreamTerms terms) {
  FLAGSTREAM_ASSERT(sink != nullptr && terms.age_max > milliseconds::zero());
  now_ = TickNow();
  StartTicking();
  Subscriber& subscriber = slots_.Take();
  subscriber.state_ = StreamState::kLive;
  subscriber.hub_ = this;
  subscriber.sink_ = std::move(sink);
  subscriber.last_write_ = now_;  // the head
  subscriber.keepalive_ = DrawKeepAlive();
  subscriber.age_due_ = DrawAgeDue(terms);
  subscriber.end_reason_ = EndReason::kAgeLimit;
  subscriber.ends_after_change_ = terms.ends_after_change;
  subscriber.needs_whole_events_ = terms.needs_whole_events;
  subscriber.is_repeat_free_ = terms.is_repeat_free;
  subscriber.client_ = terms.client;
  subscriber.joined_ = now_;
  ++stream_count_;
  metrics_.StreamOpened(subscriber.client_);
  return subscriber;
}

void Hub::EnterChannel(Subscriber& subscriber, Channel& channel) {
  channel.Add(subscriber);
  CountMembers(channel, channel.members().size() - 1);
}

void Hub::LeaveChannel(Subscriber& subscriber) {
  Channel& channel = *subscriber.channel_;
  channel.Remove(subscriber);
  CountMembers(channel, channel.members().size() + 1);
  ForgetIfUnused(channel);
}

void Hub::CountMembers(const Channel& channel, size_t before) {
  const size_t members = channel.members().size();
  &channel == &idle_ ? metrics_.IdleResized(members) : metrics_.ChannelResized(before, members);
}

void Hub::SpreadEnds(const Channel& channel, Tick window, size_t of, size_t& ends) {
  // Stream i of n ends in the i-th n-th of the window, at a point of it that is drawn.
  constexpr int64_t kPoints = 1'000;
  for (Subscriber* subscriber : channel.members()) {
    const int64_t point = static_cast<int64_t>(ends++) * kPoints + random_.Between(0, kPoints - 1);
    const int64_t after = window * point / (static_cast<int64_t>(of) * kPoints);
    EndNoLaterThan(*subscriber, now_ + static_cast<Tick>(after), EndReason::kShutdown);
  }
}

// ---- Work in slices

Task Hub::WhileAlive(void (Hub::*work)()) {
  return [this, work, alive = std::weak_ptr<const bool>(alive_)] {
    if (alive.expired()) return;
    role_.AssertHere();
    now_ = TickNow();
    (this->*work)();
  };
}

void Hub::PostRun() {
  if (is_run_posted_) return;
  is_run_posted_ = true;
  shard_.Post(WhileAlive(&Hub::Run));
}

// Does a slice of each kind of work, then lets others have their turn.
void Hub::Run() {
  is_run_posted_ = false;
  RunFanOuts();
  RunRepeats();
  RunDeadlines();
  RunClosing();
  RunDestroying();
  if (!fan_outs_.empty() || !repeats_.empty() || !deadlines_.empty() || !closing_.empty() ||
      !ended_.empty())
    PostRun();
}

void Hub::RunDeadlines() {
  for (size_t left = options_.slice; left > 0 && !deadlines_.empty(); --left) {
    auto& subscriber = static_cast<Subscriber&>(deadlines_.front());
    deadlines_.pop_front();
    MeetDeadline(subscriber);
  }
}

void Hub::RunClosing() {
  size_t left = options_.slice;
  while (left > 0 && !closing_.empty()) {
    const Channel& channel = *closing_.front();
    for (; left > 0 && !channel.members().empty(); --left) {
      BeginEnd(*channel.members().back(), EndReason::kEnvironmentGone);
    }
    if (!channel.members().empty()) return;
    metrics_.ChannelRemoved();
    closing_.pop_front();
  }
}

void Hub::RunDestroying() {
  for (size_t left = options_.slice; left > 0 && !ended_.empty(); --left) {
    slots_.Return(static_cast<Subscriber&>(ended_.front()));
  }
}

}  // namespace flagstream::stream
