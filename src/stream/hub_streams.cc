// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "stream/hub.h"
#include "wire/sse.h"

// What happens to a single stream of the hub: sending, its end, and the times it waits for.
namespace flagstream::stream {

using std::chrono::milliseconds;

namespace {

// So many ticks that `duration` has passed for certain, whenever in its tick the first one began.
Tick Ticks(milliseconds duration) {
  const int64_t ticks =
      duration / kTickDuration + (duration % kTickDuration == milliseconds::zero() ? 1 : 2);
  return static_cast<Tick>(std::min<int64_t>(ticks, kNever));
}

Tick After(Tick from, Tick wait) { return wait > kNever - from ? kNever : from + wait; }

}  // namespace

// ---- What its connection reports

void Hub::OnWritable(Subscriber& subscriber) {
  role_.AssertHere();
  if (!subscriber.is_behind_) return;
  now_ = TickNow();
  bool was_told = subscriber.is_rest_delivery_;
  if (!SendRest(subscriber)) return;
  if (subscriber.state_ == StreamState::kEnding) return SendLastChunk(subscriber);
  if (subscriber.state_ == StreamState::kLastChunk) return FinishEnd(subscriber);
  Channel& channel = *subscriber.channel_;
  was_told |= channel.Lacks(subscriber);
  if (!SendNewest(subscriber)) return;
  channel.MarkCaughtUp(subscriber);
  metrics_.NoLongerBehind();
  if (was_told) channel.LogWrittenLate(clock_.NowMicros());
  if (subscriber.is_end_due_) return BeginEnd(subscriber, EndReason::kChangeTold);
  if (was_told) channel.OweRepeat(subscriber);
  if (!channel.is_linked()) ScheduleRepeat(channel);
  ScheduleDeadline(subscriber);
}

void Hub::OnClosed(Subscriber& subscriber) {
  role_.AssertHere();
  End(subscriber, EndReason::kPeerClosed);
}

// ---- Sending. After each call to a sink the stream may have ended.

bool Hub::SendFrame(Subscriber& subscriber, const FramePtr& frame) {
  const size_t taken = subscriber.sink_->Send(frame->chunk);
  if (!subscriber.IsOpen()) return false;
  if (taken == frame->chunk.size()) {
    MarkBegun(subscriber);
    subscriber.last_write_ = now_;
    return true;
  }
  if (taken > 0) {
    // To a client that cannot read a cut event it was not sent, and follows once more.
    if (!subscriber.needs_whole_events_) MarkBegun(subscriber);
    KeepRest(subscriber, frame->chunk, taken, frame);
    subscriber.is_rest_delivery_ = !subscriber.needs_whole_events_;
  }
  AwaitRoom(subscriber);
  return false;
}

void Hub::MarkBegun(Subscriber& subscriber) {
  const bool is_first = subscriber.sent_ == Stamp();
  subscriber.is_end_due_ = subscriber.ends_after_change_ && !is_first;
  subscriber.channel_->MarkSent(subscriber);
}

bool Hub::SendNewest(Subscriber& subscriber) {
  if (!subscriber.channel_->Lacks(subscriber)) return true;
  const FramePtr newest = subscriber.channel_->newest();
  if (!SendFrame(subscriber, newest)) return false;
  metrics_.FrameDelivered();
  metrics_.BytesSent(newest->chunk.size());
  return true;
}

bool Hub::SendRest(Subscriber& subscriber) {
  if (subscriber.rest_.empty()) return true;
  const size_t taken = subscriber.sink_->Send(subscriber.rest_);
  if (!subscriber.IsOpen()) return false;
  metrics_.BytesSent(taken);
  subscriber.rest_.remove_prefix(taken);
  if (!subscriber.rest_.empty()) {
    AwaitRoom(subscriber);
    return false;
  }
  subscriber.last_write_ = now_;
  if (std::exchange(subscriber.is_rest_delivery_, false)) metrics_.FrameDelivered();
  subscriber.rest_frame_.reset();
  return true;
}

// As with a comment, one of which nothing was taken is not needed.
void Hub::SendRepeat(Subscriber& subscriber, const FramePtr& frame) {
  const size_t taken = subscriber.sink_->Send(frame->chunk);
  if (!subscriber.IsOpen()) return;
  if (taken > 0) metrics_.RepeatSent();
  if (taken == frame->chunk.size()) {
    metrics_.BytesSent(taken);
    subscriber.last_write_ = now_;
    return;
  }
  if (taken > 0) KeepRest(subscriber, frame->chunk, taken, frame);
  AwaitRoom(subscriber);
}

void Hub::SendComment(Subscriber& subscriber) {
  const size_t taken = subscriber.sink_->Send(wire::kKeepAliveChunk);
  if (!subscriber.IsOpen()) return;
  if (taken == wire::kKeepAliveChunk.size()) {
    metrics_.CommentSent();
    metrics_.BytesSent(taken);
    subscriber.last_write_ = now_;
    return;
  }
  // One of which nothing was taken is not needed: the peer has more to read than it reads.
  if (taken > 0) {
    metrics_.CommentSent();
    KeepRest(subscriber, wire::kKeepAliveChunk, taken, nullptr);
  }
  AwaitRoom(subscriber);
}

void Hub::SendLastChunk(Subscriber& subscriber) {
  const size_t taken = subscriber.sink_->Send(wire::kLastChunk);
  if (!subscriber.IsOpen()) return;
  if (taken == wire::kLastChunk.size()) {
    metrics_.BytesSent(taken);
    return FinishEnd(subscriber);
  }
  if (taken > 0) {
    subscriber.state_ = StreamState::kLastChunk;
    KeepRest(subscriber, wire::kLastChunk, taken, nullptr);
  }
  AwaitRoom(subscriber);
}

void Hub::KeepRest(Subscriber& subscriber, std::string_view chunk, size_t taken, FramePtr frame) {
  FLAGSTREAM_ASSERT(taken < chunk.size());
  metrics_.BytesSent(taken);
  subscriber.rest_ = chunk.substr(taken);
  subscriber.rest_frame_ = std::move(frame);
}

void Hub::AwaitRoom(Subscriber& subscriber) {
  if (!subscriber.is_behind_) {
    if (subscriber.channel_ != nullptr) {
      subscriber.channel_->MarkBehind(subscriber);
    } else {
      subscriber.is_behind_ = true;
    }
    subscriber.behind_since_ = now_;
    metrics_.FellBehind();
    ScheduleDeadline(subscriber);
  }
  subscriber.sink_->WaitWritable();
}

// ---- Its end

void Hub::BeginEnd(Subscriber& subscriber, EndReason reason) {
  LeaveChannel(subscriber);
  subscriber.state_ = StreamState::kEnding;
  subscriber.end_reason_ = reason;
  if (subscriber.is_behind_) {
    ScheduleDeadline(subscriber);
  } else {
    SendLastChunk(subscriber);
  }
}

void Hub::FinishEnd(Subscriber& subscriber) {
  End(subscriber, subscriber.end_reason_);
  subscriber.sink_->Finish();
}

void Hub::End(Subscriber& subscriber, EndReason reason) {
  if (subscriber.channel_ != nullptr) LeaveChannel(subscriber);
  if (subscriber.is_behind_) metrics_.NoLongerBehind();
  subscriber.state_ = StreamState::kEnded;
  subscriber.unlink();
  ended_.push_back(subscriber);
  --stream_count_;
  metrics_.StreamEnded(subscriber.client_, reason,
                       (TickNow() - subscriber.joined_) * kTickDuration);
  PostRun();
}

// ---- Time

Tick Hub::TickNow() const { return static_cast<Tick>((clock_.Steady() - start_) / kTickDuration); }

// While there are streams there are ticks.
void Hub::StartTicking() {
  if (is_ticking_) return;
  is_ticking_ = true;
  AdvanceWheels();
  shard_.PostAfter(kTickDuration, WhileAlive(&Hub::OnTick));
}

void Hub::AdvanceWheels() {
  wheel_.Advance(now_, deadlines_);
  repeat_wheel_.Advance(now_, repeats_);
}

void Hub::OnTick() {
  AdvanceWheels();
  if (!deadlines_.empty() || !repeats_.empty()) PostRun();
  is_ticking_ = stream_count_ > 0;
  if (is_ticking_) shard_.PostAfter(kTickDuration, WhileAlive(&Hub::OnTick));
}

Tick Hub::DrawKeepAlive() {
  return Ticks(options_.keepalive +
               milliseconds(random_.Between(0, options_.keepalive.count() / 10)));
}

Tick Hub::DrawAgeDue(StreamTerms terms) {
  if (terms.age_max == kUnlimitedAge) return kNever;
  const double age = random_.Jitter(static_cast<double>(terms.age_max.count()), terms.age_jitter);
  return After(now_, Ticks(milliseconds(static_cast<int64_t>(age))));
}

Tick Hub::DrawShutdownDue() {
  return shutdown_end_ <= now_ ? now_ : static_cast<Tick>(random_.Between(now_, shutdown_end_));
}

Tick Hub::DrawRepeatDue() {
  const int64_t low = options_.repeat.count() * 2 / 5;
  // Times are met up to two ticks late.
  const int64_t high = std::max(low, (options_.repeat - 2 * kTickDuration).count());
  return After(now_, Ticks(milliseconds(random_.Between(low, high))));
}

// When one that is behind has been so for too long.
Tick Hub::WriteDue(const Subscriber& subscriber) const {
  return After(subscriber.behind_since_, Ticks(options_.write_timeout));
}

// When it has to be looked at, if nothing is sent until then.
Tick Hub::NextDeadline(const Subscriber& subscriber) const {
  const Tick due = subscriber.is_behind_ ? WriteDue(subscriber)
                                         : After(subscriber.last_write_, subscriber.keepalive_);
  return subscriber.state_ == StreamState::kLive ? std::min(due, subscriber.age_due_) : due;
}

// Sending puts a deadline off, but does not move it in the wheel: it is looked at when it was due
// first, and filed again then.
void Hub::ScheduleDeadline(Subscriber& subscriber) {
  const Tick due = NextDeadline(subscriber);
  if (!subscriber.is_linked() || due < subscriber.due) wheel_.Schedule(subscriber, due);
}

void Hub::MeetDeadline(Subscriber& subscriber) {
  if (now_ < NextDeadline(subscriber)) return ScheduleDeadline(subscriber);
  if (subscriber.is_behind_ && now_ >= WriteDue(subscriber)) {
    return End(subscriber, EndReason::kWriteTimeout);
  }
  if (now_ >= subscriber.age_due_) return BeginEnd(subscriber, subscriber.end_reason_);
  SendComment(subscriber);
  if (subscriber.IsOpen()) ScheduleDeadline(subscriber);
}

void Hub::EndNoLaterThan(Subscriber& subscriber, Tick due, EndReason reason) {
  if (due >= subscriber.age_due_) return;
  subscriber.age_due_ = due;
  subscriber.end_reason_ = reason;
  ScheduleDeadline(subscriber);
}

}  // namespace flagstream::stream
