// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/sse/open_stream.h"
#include "net/router.h"
#include "replica/shard_replica.h"

// GET /sse/environments/<key>/stream: told of every change of the environment.
namespace flagstream::api {

// The channel of the hub that a key in a stream's path listens to; nothing if there is no event to
// wait for, because the key is unknown or its project has real-time off.
using FindChannel = std::function<std::optional<std::string>(std::string_view key)>;

// `serve`: channels are environments, and keys of both kinds open them.
FindChannel ChannelsOf(const replica::ShardReplica& replica);
// `hub`: it knows no keys, so each is a channel.
FindChannel ChannelsByKey();

void RegisterEnvironmentStream(net::Router& router, StreamContext context,
                               FindChannel find_channel);

}  // namespace flagstream::api
