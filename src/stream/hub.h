// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/random.h"
#include "stream/frame.h"
#include "stream/sink.h"

namespace flagstream::stream {

class Channel;
class Subscriber;

// Why a stream ended; a metric label each.
enum class EndReason { kAgeLimit, kPeerClosed, kWriteTimeout, kShutdown, kEnvironmentGone };

struct HubOptions {
  std::chrono::milliseconds keepalive{15'000};      // of silence, then a comment
  std::chrono::milliseconds write_timeout{60'000};  // behind for longer: closed
  size_t slice = 256;  // sends of a fan-out before other work of the shard has its turn
};

// How long one stream may live; chosen per client by stream/client_profile.
struct StreamLimits {
  std::chrono::milliseconds age_max{30'000};
  double age_jitter = 0.1;  // fraction
};

// All streams of one shard, and the newest frame of each channel. A channel is named by a text: of `serve`, the environment's id; of
// `hub`, its key. Lives on its shard: every call is made there. It keeps one frame per channel and one slot per subscriber: who
// cannot take a frame now gets the newest one when it drains, and what came in between is never queued.
class Hub {
 public:
  Hub(HubOptions options, Executor& shard, const Clock& clock, Random random /*, metrics */);
  ~Hub();

  // The newest frame of a channel; ignored unless its stamp is above the one held. Sends it in slices, not inside this call.
  void Offer(const std::string& channel, FramePtr frame);
  // Adds a stream whose head was sent: it is sent the channel's newest frame at once, if there is one, and from then on every newer
  // one. A channel comes into being by its first Offer or Join.
  Subscriber& Join(const std::string& channel, std::unique_ptr<Sink> sink, StreamLimits limits);
  // A stream that gets comments only and ends as usual: unknown key, real-time off, over the limit.
  Subscriber& JoinIdle(std::unique_ptr<Sink> sink, StreamLimits limits);
  // Ends all streams of the channel cleanly and forgets it.
  void Close(const std::string& channel);
  // Ends all streams cleanly, spread evenly over `window`.
  void Shutdown(std::chrono::milliseconds window);

  size_t stream_count() const;
};

}  // namespace flagstream::stream
