// SPDX-License-Identifier: Apache-2.0
#include "stream/hub_metrics.h"

#include <algorithm>
#include <string>

#include "base/assert.h"

namespace flagstream::stream {
namespace {

constexpr std::array kSizeClassNames = {"0", "1-9", "10-99", "100-999", "1000-9999", "10000+"};

// Seconds; each a little above an age that profiles give or after which a proxy commonly cuts.
constexpr std::array kLifetimeBounds = {1.0,   5.0,   15.0,  35.0,    65.0,
                                        125.0, 305.0, 725.0, 1'805.0, 4'325.0};

std::string_view ReasonName(EndReason reason) {
  switch (reason) {
    case EndReason::kAgeLimit:
      return "age_limit";
    case EndReason::kPeerClosed:
      return "peer_closed";
    case EndReason::kWriteTimeout:
      return "write_timeout";
    case EndReason::kShutdown:
      return "shutdown";
    case EndReason::kEnvironmentGone:
      return "environment_gone";
    case EndReason::kChangeTold:
      return "change_told";
    case EndReason::kMoved:
      return "moved";
  }
  FLAGSTREAM_UNREACHABLE();
}

double SecondsSince(int64_t committed_micros, int64_t now_micros) {
  // The clocks of two machines may differ by more than the way takes.
  return static_cast<double>(std::max<int64_t>(now_micros - committed_micros, 0)) / 1e6;
}

}  // namespace

HubMetrics::HubMetrics(telemetry::Registry& registry)
    : open_(registry.AddGauge("flagstream_streams_open", "Streams that are open.")),
      behind_(registry.AddGauge("flagstream_streams_behind",
                                "Open streams whose peer is not reading what it was sent.")),
      idle_(registry.AddGauge("flagstream_streams_idle",
                              "Open streams that no event will come on: their key is unknown, or "
                              "real-time is off.")),
      opened_(registry.AddCounter("flagstream_streams_opened_total", "Streams that were opened.")),
      offered_(registry.AddCounter(
          "flagstream_stream_frames_offered_total",
          "Events that a shard had to pass on to its streams; several may merge into the newest.")),
      merged_(registry.AddCounter("flagstream_stream_frames_merged_total",
                                  "Events offered before all streams had been sent the one before, "
                                  "which the others are not sent any more.")),
      delivered_(registry.AddCounter("flagstream_stream_frames_delivered_total",
                                     "Events sent whole, once per stream.")),
      repeats_(registry.AddCounter("flagstream_stream_repeats_total",
                                   "Events sent once more to streams that had been sent them.")),
      comments_(
          registry.AddCounter("flagstream_stream_comments_total", "Keep-alive comments sent.")),
      bytes_(registry.AddCounter("flagstream_stream_bytes_total",
                                 "Bytes sent on streams after their response head.")),
      propagation_(registry.AddHistogram("flagstream_stream_propagation_seconds",
                                         "From a change's commit to a stream's socket, once per "
                                         "stream that could take the event at "
                                         "once; taken after each slice of a fan-out.",
                                         telemetry::PropagationBuckets())),
      fan_outs_(registry.AddHistogram(
          "flagstream_stream_fan_out_seconds",
          "From a change's commit until a shard had written it to the last of its environment's "
          "streams that could take it at once; once per change and shard, without those that gave "
          "way to a newer one.",
          telemetry::PropagationBuckets())),
      ages_(registry.AddHistogram("flagstream_stream_age_seconds",
                                  "How long streams that ended had been open.", kLifetimeBounds)) {
  for (size_t i = 0; i < kSizeClasses; ++i) {
    channels_[i] = &registry.AddGauge("flagstream_stream_channels",
                                      "Channels, an environment or an identity with streams on a "
                                      "shard each, by how many streams they have.",
                                      {{"streams", kSizeClassNames[i]}});
  }
  for (size_t i = 0; i < kClientKindCount; ++i) {
    open_by_client_[i] = &registry.AddGauge(
        "flagstream_streams_open_by_client", "Streams that are open, by kind of client.",
        {{"client", std::string(ClientKindName(static_cast<ClientKind>(i)))}});
  }
  for (size_t i = 0; i < kEndReasonCount; ++i) {
    ended_[i] =
        &registry.AddCounter("flagstream_streams_ended_total", "Streams that ended, by reason.",
                             {{"reason", std::string(ReasonName(static_cast<EndReason>(i)))}});
  }
}

HubMetrics::~HubMetrics() {
  open_.Set(0);
  behind_.Set(0);
  idle_.Set(0);
  for (telemetry::Gauge* channels : channels_) channels->Set(0);
  for (telemetry::Gauge* open : open_by_client_) open->Set(0);
}

void HubMetrics::StreamOpened(ClientKind client) {
  opened_.Add();
  open_.Add(1);
  open_by_client_.at(static_cast<size_t>(client))->Add(1);
}

void HubMetrics::StreamEnded(ClientKind client, EndReason reason, std::chrono::milliseconds age) {
  open_.Add(-1);
  open_by_client_.at(static_cast<size_t>(client))->Add(-1);
  ended_.at(static_cast<size_t>(reason))->Add();
  ages_.Observe(std::chrono::duration<double>(age).count());
}

void HubMetrics::ChannelAdded() { channels_[SizeClass(0)]->Add(1); }

void HubMetrics::ChannelRemoved() { channels_[SizeClass(0)]->Add(-1); }

void HubMetrics::ChannelResized(size_t streams_before, size_t streams_after) {
  const size_t before = SizeClass(streams_before);
  const size_t after = SizeClass(streams_after);
  if (before == after) return;
  channels_[before]->Add(-1);
  channels_[after]->Add(1);
}

void HubMetrics::FanOutSent(const Frame& frame, size_t streams, int64_t now_micros) {
  delivered_.Add(streams);
  bytes_.Add(streams * frame.chunk.size());
  if (frame.committed_micros != 0)
    propagation_.Observe(SecondsSince(frame.committed_micros, now_micros), streams);
}

void HubMetrics::FanOutEnded(const Frame& frame, int64_t now_micros) {
  if (frame.committed_micros != 0)
    fan_outs_.Observe(SecondsSince(frame.committed_micros, now_micros));
}

size_t HubMetrics::SizeClass(size_t streams) {
  size_t size_class = 0;
  for (; streams > 0 && size_class < kSizeClasses - 1; streams /= 10) ++size_class;
  return size_class;
}

}  // namespace flagstream::stream
