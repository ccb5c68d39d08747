// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/sse/stream_slots.h"
#include "base/random.h"
#include "net/router.h"
#include "replica/shard_replica.h"
#include "stream/client_profile.h"
#include "stream/hub.h"

namespace flagstream::api {

// The channel of the hub that a key in a stream's path listens to; nothing if there is no event to
// wait for, because the key is unknown or its project has real-time off.
using FindChannel = std::function<std::optional<std::string>(std::string_view key)>;

// `serve`: channels are environments, and keys of both kinds open them.
FindChannel ChannelsOf(const replica::ShardReplica& replica);
// `hub`: it knows no keys, so each is a channel.
FindChannel ChannelsByKey();

// What the stream endpoint of one shard works with; all of it outlives the router.
struct SseContext {
  stream::Hub& hub;
  StreamSlots& slots;  // of all shards
  Random& random;      // of this shard
  FindChannel find_channel;
  const stream::ClientProfiles& profiles;
};

// Adds the stream of an environment, and what is answered to those who look for one elsewhere.
void RegisterSse(net::Router& router, SseContext context);

}  // namespace flagstream::api
