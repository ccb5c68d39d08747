// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/thread_role.h"
#include "stream/channel.h"
#include "stream/channel_view.h"
#include "stream/frame.h"
#include "stream/hub_metrics.h"
#include "stream/moved_stream.h"
#include "stream/sink.h"
#include "stream/stream_terms.h"
#include "stream/subscriber.h"
#include "stream/subscriber_slots.h"
#include "stream/timer_wheel.h"
#include "telemetry/registry.h"

namespace flagstream::stream {

// All more than zero where not said otherwise.
struct HubOptions {
  std::chrono::milliseconds keepalive{
      15'000};  // of silence, then a comment; up to a tenth later, so that not all come at once
  std::chrono::milliseconds write_timeout{60'000};  // behind for longer: closed
  size_t slice = 256;  // members looked at, streams ended, comments sent before other work of the
                       // shard has its turn
  // After a change the newest frame is sent once more to those for whom that is free, at a time
  // drawn from [2/5, 1] of this; zero: never.
  std::chrono::milliseconds repeat{5'000};
  // A channel's fan-out begins no sooner than this after the one before; what is offered meanwhile
  // merges into the newest. Zero: at once.
  std::chrono::milliseconds merge{0};
  // How long a fan-out takes, evenly, so that not all who are told fetch at once. Zero: as long as
  // it needs.
  std::chrono::milliseconds spread{0};
  // Of each channel that is kept the newest changes are logged, with what became of them; zero: of
  // none. At most ChannelView::kChangesMax.
  size_t changes_kept = 0;
};

// All streams of one shard, and the newest frame of each channel. A channel is named by a text: of
// `serve`, the environment's id, or what the replica calls an identity that is watched; of `hub`,
// its key. Keeps one frame per channel and one slot per
// subscriber: who cannot take a frame now gets the newest one when it drains, and what came in
// between is never queued. Its memory is bounded by the streams and channels it is given.
//
// Some clients drop an event that comes while they fetch. So a change that is followed by no other
// is told once more, some seconds later, to those who were told while they were there and who take
// an old stamp for nothing.
//
// Lives on its shard: every call is made there, and it is destroyed there, or after the shard has
// stopped. Destroying it closes all connections. No call destroys a sink or a subscriber: that is
// done by a task of its own. A sink may report OnClosed from inside any call that the hub makes to
// it; no other call to the hub may be made there.
class Hub {
 public:
  // All but `options` and `random` must outlive it.
  Hub(HubOptions options, Executor& shard, const Clock& clock, Random random,
      telemetry::Registry& metrics);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // The newest frame of a channel; ignored unless its stamp is above the one held. Sends it in
  // slices, not inside this call.
  void Offer(std::string_view channel, FramePtr frame);
  // Adds a stream whose head was sent: it is sent the channel's newest frame at once, if there is
  // one, and from then on every newer one. A channel comes into being by its first Offer or Join;
  // one without a frame is forgotten with its last stream. The subscriber lives until its sink is
  // destroyed; it may have ended already when this returns.
  Subscriber& Join(std::string_view channel, std::unique_ptr<Sink> sink, StreamTerms terms);
  // The same for a channel that is forgotten with its last stream, as that of an identity. `first`,
  // unless it is null or the channel has a newer one, is what this stream and those after it are
  // sent first; who was sent what was offered last is not sent it.
  Subscriber& JoinPassing(std::string_view channel, FramePtr first, std::unique_ptr<Sink> sink,
                          StreamTerms terms);
  // Offers to the streams that are in such a channel; nothing if there are none.
  void OfferPassing(std::string_view channel, FramePtr frame);
  // A stream that gets comments only and ends as usual: unknown key, real-time off.
  Subscriber& JoinIdle(std::unique_ptr<Sink> sink, StreamTerms terms);
  // Gives each live stream and its sink to `take`, whose next holder calls MoveIn, and has none
  // afterwards, but for those that were ending. `take` does not call the hub.
  using TakeStream = std::function<void(MovedStream stream, std::unique_ptr<Sink> sink)>;
  void MoveOut(const TakeStream& take);
  // Goes on with a stream that another hub gave away: it is sent the channel's newest frame at
  // once, if that is newer than what it was sent there. An empty name of a channel is that of
  // JoinIdle; `first` is as with JoinPassing, of whose channels it has to be one unless `first` is
  // null.
  Subscriber& MoveIn(MovedStream stream, std::unique_ptr<Sink> sink);
  Subscriber& MoveInPassing(MovedStream stream, FramePtr first, std::unique_ptr<Sink> sink);
  // Ends all streams of the channel cleanly, in slices, and forgets it.
  void Close(std::string_view channel);
  // Ends all streams cleanly, spread evenly over `window`; those that join from now on too.
  void Shutdown(std::chrono::milliseconds window);

  // What can be seen of a channel; of one that is not there, nothing. Visits each of its streams,
  // which takes about 20 ns each, and so no longer than a slice.
  ChannelView Look(std::string_view channel) const;
  // Open streams, idle ones and those that are still being ended included.
  size_t stream_count() const;
  // Slots for subscribers, used or not: how many streams there ever were at once, rounded up.
  size_t slot_count() const;
  // Channels that have a frame or a stream.
  size_t channel_count() const;

 private:
  friend class Subscriber;

  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  using Channels =
      std::unordered_map<std::string, std::unique_ptr<Channel>, NameHash, std::equal_to<>>;

  // Channels
  Channel& ChannelNamed(std::string_view name, Channel::Life life = Channel::Life::kKept)
      REQUIRES(role_);
  void Offer(Channel& channel, FramePtr frame) REQUIRES(role_);
  void ForgetIfUnused(const Channel& channel) REQUIRES(role_);
  Channel& PassingChannel(std::string_view name, FramePtr first) REQUIRES(role_);
  Subscriber& Join(Channel& channel, std::unique_ptr<Sink> sink, StreamTerms terms) REQUIRES(role_);
  // Without a channel yet.
  Subscriber& Open(std::unique_ptr<Sink> sink, StreamTerms terms) REQUIRES(role_);
  Subscriber& MoveIn(Channel& channel, MovedStream stream, std::unique_ptr<Sink> sink)
      REQUIRES(role_);
  void MoveOut(const Channel& channel, const TakeStream& take) REQUIRES(role_);
  MovedStream Describe(const Subscriber& subscriber) const REQUIRES(role_);
  void EnterChannel(Subscriber& subscriber, Channel& channel) REQUIRES(role_);
  void LeaveChannel(Subscriber& subscriber) REQUIRES(role_);
  void CountMembers(const Channel& channel, size_t before) REQUIRES(role_);
  void SpreadEnds(const Channel& channel, Tick window, size_t of, size_t& ends) REQUIRES(role_);

  // Work in slices. WhileAlive makes a task that does nothing when the hub is gone.
  Task WhileAlive(void (Hub::*work)());
  void PostRun() REQUIRES(role_);
  void Run() REQUIRES(role_);
  void BeginFanOut(Channel& channel) REQUIRES(role_);
  void ContinueFanOut(Channel& channel) REQUIRES(role_);
  void BeginStep(Channel& channel) REQUIRES(role_);
  void QueueFanOut(Channel& channel) REQUIRES(role_);
  void RunFanOuts() REQUIRES(role_);
  void FanOut(Channel& channel, size_t& visits) REQUIRES(role_);
  void ScheduleRepeat(Channel& channel) REQUIRES(role_);
  void RunRepeats() REQUIRES(role_);
  void Repeat(Channel& channel, size_t& visits) REQUIRES(role_);
  // Fan-outs that wait, for the time from which they may begin or go on.
  void WaitUntil(SteadyTime time, Channel& channel) REQUIRES(role_);
  void ScheduleWake() REQUIRES(role_);
  void OnWake() REQUIRES(role_);
  void RunDeadlines() REQUIRES(role_);
  void RunClosing() REQUIRES(role_);
  void RunDestroying() REQUIRES(role_);

  // One stream: what its connection reports
  void OnWritable(Subscriber& subscriber);
  void OnClosed(Subscriber& subscriber);

  // One stream: sending. Those that return bool say whether nothing is left to send and the stream
  // is open.
  bool SendFrame(Subscriber& subscriber, const FramePtr& frame) REQUIRES(role_);
  void MarkBegun(Subscriber& subscriber) REQUIRES(role_);
  bool SendNewest(Subscriber& subscriber) REQUIRES(role_);
  bool SendRest(Subscriber& subscriber) REQUIRES(role_);
  void SendRepeat(Subscriber& subscriber, const FramePtr& frame) REQUIRES(role_);
  void SendComment(Subscriber& subscriber) REQUIRES(role_);
  void SendLastChunk(Subscriber& subscriber) REQUIRES(role_);
  void KeepRest(Subscriber& subscriber, std::string_view chunk, size_t taken, FramePtr frame)
      REQUIRES(role_);
  void AwaitRoom(Subscriber& subscriber) REQUIRES(role_);

  // One stream: its end. Begin: its last chunk follows as soon as it can be sent. Finish: it was
  // sent. End: whatever was sent.
  void BeginEnd(Subscriber& subscriber, EndReason reason) REQUIRES(role_);
  void FinishEnd(Subscriber& subscriber) REQUIRES(role_);
  void End(Subscriber& subscriber, EndReason reason) REQUIRES(role_);

  // Time
  Tick TickNow() const;
  void StartTicking() REQUIRES(role_);
  void AdvanceWheels() REQUIRES(role_);
  void OnTick() REQUIRES(role_);
  Tick DrawKeepAlive() REQUIRES(role_);
  Tick DrawAgeDue(StreamTerms terms) REQUIRES(role_);
  Tick DrawShutdownDue() REQUIRES(role_);
  Tick DrawRepeatDue() REQUIRES(role_);
  Tick WriteDue(const Subscriber& subscriber) const REQUIRES(role_);
  Tick NextDeadline(const Subscriber& subscriber) const REQUIRES(role_);
  void ScheduleDeadline(Subscriber& subscriber) REQUIRES(role_);
  void MeetDeadline(Subscriber& subscriber) REQUIRES(role_);
  void EndNoLaterThan(Subscriber& subscriber, Tick due, EndReason reason) REQUIRES(role_);

  ThreadRole role_;

  // Constant after construction
  const HubOptions options_;
  Executor& shard_;
  const Clock& clock_;
  const SteadyTime start_;

  // On the shard
  Random random_ GUARDED_BY(role_);
  HubMetrics metrics_ GUARDED_BY(role_);
  Tick now_ GUARDED_BY(role_) = 0;             // read at the beginning of each call and task
  TimerWheel wheel_ GUARDED_BY(role_);         // of subscribers
  TimerWheel repeat_wheel_ GUARDED_BY(role_);  // of channels
  SubscriberSlots slots_ GUARDED_BY(role_);
  Channels channels_ GUARDED_BY(role_);
  Channel idle_ GUARDED_BY(role_){
      std::string()};  // of streams without a channel: never has a frame
  size_t stream_count_ GUARDED_BY(role_) = 0;
  bool is_shutting_down_ GUARDED_BY(role_) = false;
  Tick shutdown_end_ GUARDED_BY(role_) = 0;

  // Work that is waiting for its turn
  std::deque<Channel*> fan_outs_ GUARDED_BY(role_);  // each with due members, each once
  std::multimap<SteadyTime, Channel*> waiting_ GUARDED_BY(role_);   // the same, before their time
  SteadyTime wake_at_ GUARDED_BY(role_) = SteadyTime::max();        // max: not needed
  std::deque<std::unique_ptr<Channel>> closing_ GUARDED_BY(role_);  // whose streams are to be ended
  TimerList deadlines_ GUARDED_BY(role_);  // subscribers whose time has come
  TimerList repeats_ GUARDED_BY(role_);    // channels whose repeats' time has come
  TimerList ended_ GUARDED_BY(role_);      // subscribers to be destroyed
  bool is_run_posted_ GUARDED_BY(role_) = false;
  bool is_ticking_ GUARDED_BY(role_) = false;

  // Tells posted tasks whether the hub is still there.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace flagstream::stream
