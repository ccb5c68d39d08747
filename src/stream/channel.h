// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "stream/change_log.h"
#include "stream/channel_view.h"
#include "stream/frame.h"
#include "stream/subscriber.h"
#include "stream/timer_wheel.h"

namespace flagstream::stream {

// All streams of one name on one shard, the newest frame they should have, and who of them has yet
// to be sent it. Lives on its shard; the hub owns it, sends, and tells it what became of each
// sending. It borrows its members: one leaves before it ends.
//
// A member is due when it has not begun a frame that it should have and its sink is not known to be
// full. It is sent the newest then, which may be newer than what it should have: see Renew. The
// number of due ones is kept exactly; a fan-out goes round the members from where the last one
// stopped until it is zero. So a newer frame that comes during a fan-out just makes all due again:
// nobody is sent the older one any more, and those at the end do not starve.
//
// A member is owed a repeat when it was told something while it was there and repeats are free for
// it. Those that can be sent it are counted exactly as well, and found by going round. As a
// TimerEntry a channel waits for the time of its repeats, once for all members.
class Channel : public TimerEntry {
 public:
  // How long it is there: as long as its hub, or only as long as it has streams.
  enum class Life : uint8_t { kKept, kPassing };

  // `changes_kept`: how many of its newest changes it logs.
  explicit Channel(std::string name, Life life = Life::kKept, size_t changes_kept = 0);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const std::string& name() const { return name_; }
  // Null before the first.
  const FramePtr& newest() const { return newest_; }
  const std::vector<Subscriber*>& members() const { return members_; }
  // Whether it may be forgotten: nobody is in it, and nobody who joins will look for its frame.
  bool IsUnused() const {
    return members_.empty() && (newest_ == nullptr || life_ == Life::kPassing);
  }
  bool IsKept() const { return life_ == Life::kKept; }
  bool HasDue() const { return due_ > 0; }
  // Whether it waits for its turn to fan out, or has it; kept for the hub.
  bool IsQueued() const { return is_queued_; }
  void SetQueued(bool is_queued) { is_queued_ = is_queued; }
  size_t due_count() const { return due_; }
  // How fast it is told; kept for the hub.
  struct Pace {
    SteadyTime began = SteadyTime::min();  // its last fan-out
    SteadyTime end;                        // of the time that the fan-out may take
    SteadyTime next;                       // step
    size_t sends = 0;                      // left of this step
  };
  Pace& pace() { return pace_; }

  // Whether its stamp is above that of the last one offered; the frame is ignored otherwise.
  bool Offer(FramePtr frame);
  // What those who join from now on are sent, unless what is held is as new. It says nothing new to
  // members that were sent what was offered last, so these are not due. Ignored before the first
  // offer.
  void Renew(FramePtr frame);

  void Add(Subscriber& subscriber);
  void Remove(Subscriber& subscriber);

  // The next member that is due; null if none is, or after `visits` members were looked at.
  // `visits` is counted down. The caller says at once what became of it: sent, behind, or removed.
  Subscriber* NextDue(size_t& visits);
  void MarkSent(Subscriber& subscriber);
  void MarkBehind(Subscriber& subscriber);
  // Requires that it has begun the newest frame.
  void MarkCaughtUp(Subscriber& subscriber);

  bool LogsChanges() const { return log_ != nullptr; }
  // What became of the newest frame, for the log: so many were sent all of it in one turn, or one
  // that was behind was, now.
  void LogWritten(size_t streams, int64_t began_micros, int64_t ended_micros) {
    if (log_ != nullptr) log_->Written(offered_, streams, began_micros, ended_micros);
  }
  void LogWrittenLate(int64_t now_micros) {
    if (log_ != nullptr) log_->WrittenLate(offered_, now_micros);
  }
  // Visits each of its members.
  ChannelView Look(Tick now) const;

  // It was sent a frame that it did not ask for by joining; requires that it is not behind.
  void OweRepeat(Subscriber& subscriber);
  // It was sent the repeat, or needs none any more.
  void ForgiveRepeat(Subscriber& subscriber);
  bool OwesRepeats() const { return owed_ > 0; }
  // What is repeated: the newest of now, whatever newcomers are told from now on.
  void HoldRepeat() { repeat_ = newest_; }
  const FramePtr& repeat() const { return repeat_; }
  // It waits for no time to repeat any more.
  void DropRepeat() {
    unlink();
    repeat_.reset();
  }
  // As NextDue; the caller forgives it.
  Subscriber* NextOwed(size_t& visits);

  bool IsDue(const Subscriber& subscriber) const {
    return Lacks(subscriber) && !subscriber.is_behind_;
  }
  // Whether it has not begun what it should have.
  bool Lacks(const Subscriber& subscriber) const { return subscriber.sent_ < offered_; }

 private:
  static bool IsOwed(const Subscriber& subscriber) {
    return subscriber.is_repeat_owed_ && !subscriber.is_behind_;
  }
  Subscriber& NextMember();
  void Place(size_t position, Subscriber& subscriber);
  size_t CountDue() const;
  void Count(const Subscriber& subscriber, Tick now, StreamCounts& counts) const;

  const std::string name_;
  const Life life_;
  bool is_queued_ = false;
  const std::unique_ptr<ChangeLog> log_;  // null if it keeps none
  FramePtr newest_;
  FramePtr repeat_;       // null while none is waited for
  Stamp offered_;         // what every member should have; at most that of `newest_`
  Stamp newest_brought_;  // that a member had been sent before it was added
  std::vector<Subscriber*> members_;
  size_t cursor_ = 0;  // members before it were looked at on this round
  size_t due_ = 0;
  size_t behind_ = 0;
  size_t owed_ = 0;
  Pace pace_;
};

inline Subscriber& Channel::NextMember() {
  // Far enough ahead that a line has arrived from memory when its turn comes.
  constexpr size_t kAhead = 8;
  if (cursor_ >= members_.size()) cursor_ = 0;
  if (cursor_ + kAhead < members_.size()) __builtin_prefetch(members_[cursor_ + kAhead], /*rw=*/1);
  return *members_[cursor_++];
}

inline Subscriber* Channel::NextDue(size_t& visits) {
  while (due_ > 0 && visits > 0) {
    --visits;
    if (Subscriber& subscriber = NextMember(); IsDue(subscriber)) return &subscriber;
  }
  return nullptr;
}

inline Subscriber* Channel::NextOwed(size_t& visits) {
  while (owed_ > 0 && visits > 0) {
    --visits;
    if (Subscriber& subscriber = NextMember(); IsOwed(subscriber)) return &subscriber;
  }
  return nullptr;
}

inline void Channel::MarkSent(Subscriber& subscriber) {
  if (IsDue(subscriber)) --due_;
  subscriber.sent_ = newest_->stamp;
}

inline void Channel::OweRepeat(Subscriber& subscriber) {
  if (!subscriber.is_repeat_free_ || subscriber.is_repeat_owed_) return;
  subscriber.is_repeat_owed_ = true;
  ++owed_;
}

inline void Channel::ForgiveRepeat(Subscriber& subscriber) {
  if (IsOwed(subscriber)) --owed_;
  subscriber.is_repeat_owed_ = false;
}

}  // namespace flagstream::stream
