// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "stream/hub.h"

// How the streams of a channel are told of a frame: when that begins, how fast it goes, and that it
// happens once more.
namespace flagstream::stream {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

// A fan-out that is spread goes on in steps of this, or of the time to its next send.
constexpr milliseconds kSpreadStep{5};

}  // namespace

// One that is under way, or waits, goes on with the newest.
void Hub::BeginFanOut(Channel& channel) {
  if (!channel.HasDue()) return;
  const SteadyTime now = clock_.Steady();
  Channel::Pace& pace = channel.pace();
  pace.end = now + options_.spread;
  if (channel.IsQueued()) return;
  channel.SetQueued(true);
  const bool is_early = pace.began > now - options_.merge;
  pace.began = is_early ? pace.began + options_.merge : now;
  pace.sends = 0;
  is_early ? WaitUntil(pace.began, channel) : QueueFanOut(channel);
}

void Hub::ContinueFanOut(Channel& channel) {
  channel.SetQueued(channel.HasDue());
  if (!channel.HasDue()) return;
  channel.pace().sends > 0 ? QueueFanOut(channel) : WaitUntil(channel.pace().next, channel);
}

// What is left is told in the time that is left: to as many in each step as keep that even.
void Hub::BeginStep(Channel& channel) {
  Channel::Pace& pace = channel.pace();
  if (options_.spread == milliseconds::zero()) {
    pace.sends = SIZE_MAX;
    return;
  }
  const SteadyTime now = clock_.Steady();
  const auto due = static_cast<int64_t>(channel.due_count());
  const nanoseconds left = pace.end - now;
  const nanoseconds step = std::max(nanoseconds(kSpreadStep), left / std::max<int64_t>(due, 1));
  pace.next = now + step;
  pace.sends = left <= step
                   ? channel.due_count()
                   : static_cast<size_t>((due * step.count() + left.count() - 1) / left.count());
}

void Hub::QueueFanOut(Channel& channel) {
  fan_outs_.push_back(&channel);  // at the end: channels take turns
  PostRun();
}

void Hub::WaitUntil(SteadyTime time, Channel& channel) {
  waiting_.emplace(time, &channel);
  ScheduleWake();
}

void Hub::ScheduleWake() {
  if (waiting_.empty() || waiting_.begin()->first >= wake_at_) return;
  wake_at_ = waiting_.begin()->first;
  const auto wait = std::chrono::ceil<milliseconds>(wake_at_ - clock_.Steady());
  shard_.PostAfter(std::max(wait, milliseconds::zero()), WhileAlive(&Hub::OnWake));
}

void Hub::OnWake() {
  const SteadyTime now = clock_.Steady();
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    Channel& channel = *waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    QueueFanOut(channel);
  }
  if (now < wake_at_) return;  // a wake that one for an earlier time made needless
  wake_at_ = SteadyTime::max();
  ScheduleWake();
}

void Hub::RunFanOuts() {
  size_t visits = options_.slice;
  while (visits > 0 && !fan_outs_.empty()) {
    Channel& channel = *fan_outs_.front();
    fan_outs_.pop_front();
    if (channel.pace().sends == 0) BeginStep(channel);
    FanOut(channel, visits);
    ContinueFanOut(channel);
    ScheduleRepeat(channel);
    ForgetIfUnused(channel);
  }
}

void Hub::FanOut(Channel& channel, size_t& visits) {
  const FramePtr frame = channel.newest();
  const int64_t began = channel.LogsChanges() ? clock_.NowMicros() : 0;
  size_t& sends = channel.pace().sends;
  size_t sent = 0;
  while (sends > 0) {
    Subscriber* const subscriber = channel.NextDue(visits);
    if (subscriber == nullptr) break;
    --sends;
    if (!SendFrame(*subscriber, frame)) continue;
    ++sent;
    channel.OweRepeat(*subscriber);
    if (subscriber->is_end_due_) BeginEnd(*subscriber, EndReason::kChangeTold);
  }
  const int64_t ended = clock_.NowMicros();
  if (sent > 0) {
    metrics_.FanOutSent(*frame, sent, ended);
    channel.LogWritten(sent, began, ended);
  }
  if (channel.IsKept() && !channel.HasDue()) metrics_.FanOutEnded(*frame, ended);
}

// Once all were told: a change that follows meanwhile is news itself, and puts the repeat off.
void Hub::ScheduleRepeat(Channel& channel) {
  if (channel.HasDue() || !channel.OwesRepeats() || options_.repeat == milliseconds::zero()) return;
  channel.HoldRepeat();
  repeat_wheel_.Schedule(channel, DrawRepeatDue());
}

void Hub::RunRepeats() {
  size_t visits = options_.slice;
  while (visits > 0 && !repeats_.empty()) {
    auto& channel = static_cast<Channel&>(repeats_.front());
    channel.unlink();
    const bool was_queued = channel.IsQueued();
    channel.SetQueued(true);  // it may lose its last stream meanwhile
    Repeat(channel, visits);
    channel.SetQueued(was_queued);
    if (channel.OwesRepeats()) {
      repeats_.push_back(channel);  // channels take turns
    } else {
      channel.DropRepeat();
    }
    ForgetIfUnused(channel);
  }
}

void Hub::Repeat(Channel& channel, size_t& visits) {
  const FramePtr frame = channel.repeat();
  while (Subscriber* const subscriber = channel.NextOwed(visits)) {
    channel.ForgiveRepeat(*subscriber);
    // To one that was sent another it would be news, or old.
    if (subscriber->sent_ == frame->stamp) SendRepeat(*subscriber, frame);
  }
}

}  // namespace flagstream::stream
