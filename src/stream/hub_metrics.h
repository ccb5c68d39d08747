// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "stream/client_kind.h"
#include "stream/frame.h"
#include "stream/subscriber.h"
#include "telemetry/registry.h"

namespace flagstream::stream {

// What one hub counts, in cells of its own. The registry outlives it.
class HubMetrics {
 public:
  explicit HubMetrics(telemetry::Registry& registry);
  // Nothing of it is open any more.
  ~HubMetrics();

  void StreamOpened(ClientKind client);
  void StreamEnded(ClientKind client, EndReason reason, std::chrono::milliseconds age);
  // Without streams, both.
  void ChannelAdded();
  void ChannelRemoved();
  void ChannelResized(size_t streams_before, size_t streams_after);
  void IdleResized(size_t streams) { idle_.Set(static_cast<int64_t>(streams)); }
  void FellBehind() { behind_.Add(1); }
  void NoLongerBehind() { behind_.Add(-1); }

  void FrameOffered() { offered_.Add(); }
  void FrameMerged() { merged_.Add(); }
  // `streams` were sent the whole frame; they had it by `now_micros`.
  void FanOutSent(const Frame& frame, size_t streams, int64_t now_micros);
  // All streams were offered the frame by `now_micros`.
  void FanOutEnded(const Frame& frame, int64_t now_micros);
  void FrameDelivered() { delivered_.Add(); }
  void RepeatSent() { repeats_.Add(); }
  void CommentSent() { comments_.Add(); }
  void BytesSent(size_t bytes) { bytes_.Add(bytes); }

 private:
  // Channels by their number of streams: 0, 1-9, 10-99, ... each.
  static constexpr size_t kSizeClasses = 6;
  static size_t SizeClass(size_t streams);

  telemetry::Gauge& open_;
  telemetry::Gauge& behind_;
  telemetry::Gauge& idle_;
  telemetry::Counter& opened_;
  telemetry::Counter& offered_;
  telemetry::Counter& merged_;
  telemetry::Counter& delivered_;
  telemetry::Counter& repeats_;
  telemetry::Counter& comments_;
  telemetry::Counter& bytes_;
  telemetry::Histogram& propagation_;
  telemetry::Histogram& fan_outs_;
  telemetry::Histogram& ages_;
  std::array<telemetry::Gauge*, kSizeClasses> channels_{};
  std::array<telemetry::Gauge*, kClientKindCount> open_by_client_{};
  std::array<telemetry::Counter*, kEndReasonCount> ended_{};
};

}  // namespace flagstream::stream
