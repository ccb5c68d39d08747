// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/stamp.h"
#include "stream/client_kind.h"
#include "stream/frame.h"
#include "stream/sink.h"
#include "stream/timer_wheel.h"

namespace flagstream::stream {

class Channel;
class Hub;

// Why a stream ended; a metric label each.
enum class EndReason : uint8_t {
  kAgeLimit,
  kPeerClosed,
  kWriteTimeout,
  kShutdown,
  kEnvironmentGone,
  kChangeTold,  // its client reads a stream only when it has ended
  kMoved,       // to another process; its client notices nothing
};
inline constexpr size_t kEndReasonCount = 7;

enum class StreamState : uint8_t {
  kFree,       // a slot nobody uses
  kLive,       // in its channel
  kEnding,     // out of it; the last chunk is yet to be sent
  kLastChunk,  // of which a part was sent
  kEnded,      // counted; waits to be destroyed
};

// One stream: its connection, what it was told last, and what it waits for. Lives on its hub's
// shard in one of the hub's slots, from Join until a task of the hub destroys it with its sink;
// never inside a call. Keeps no queue: of a frame that was sent in part it holds the rest, and of
// those that came meanwhile nothing, because its channel has the newest.
class alignas(64) Subscriber : public TimerEntry {
 public:
  Subscriber() = default;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // The sink has room again after WaitWritable. Ignored once the stream has ended.
  void OnWritable();
  // The peer closed or broke the connection. Ignored once the stream has ended.
  void OnClosed();

  // Everything below is for the hub and the channel.
 private:
  friend class Channel;
  friend class Hub;
  friend class SubscriberSlots;

  bool IsOpen() const { return state_ != StreamState::kFree && state_ != StreamState::kEnded; }

  // A fan-out touches these for every subscriber, so they share the first cache line (with the
  // links of the wheel).
  StreamState state_ = StreamState::kFree;
  bool is_behind_ = false;                       // waits for its sink to have room
  EndReason end_reason_ = EndReason::kAgeLimit;  // why it ends at age_due_, or is ending
  bool is_repeat_free_ = false;                  // as its terms say
  Tick last_write_ = 0;                          // when bytes were last taken whole
  bool is_repeat_owed_ = false;                  // kept by its channel
  bool is_rest_delivery_ = false;                // once the frame under way is whole, it counts
  bool ends_after_change_ = false;               // as its terms say
  bool is_end_due_ = false;                      // once the event under way is sent whole
  Stamp sent_;                                   // of the newest frame begun
  std::unique_ptr<Sink> sink_;
  Channel* channel_ = nullptr;  // while live

  uint32_t position_ = 0;  // in the channel
  Tick age_due_ = 0;
  bool needs_whole_events_ = false;  // as its terms say
  ClientKind client_ = ClientKind::kOther;
  Tick joined_ = 0;
  Tick keepalive_ = 0;  // of silence, then a comment
  Tick behind_since_ = 0;
  Hub* hub_ = nullptr;
  std::string_view rest_;  // of the chunk under way
  FramePtr rest_frame_;    // what keeps its bytes; null if they are constant
};

// What a stream costs beside its connection; twice a cache line. Named in ARCHITECTURE.md.
static_assert(sizeof(Subscriber) <= 128);

}  // namespace flagstream::stream
