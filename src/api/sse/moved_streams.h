// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/sse/open_stream.h"
#include "api/sse/stream_identity.h"
#include "net/moved_connection.h"
#include "net/server.h"
#include "replica/shard_replica.h"
#include "stream/hub.h"
#include "stream/moved_stream.h"

// Streams on their way to another process that serves the same data.
namespace flagstream::api {

struct MovedSseStream {
  stream::MovedStream stream;
  std::optional<StreamIdentity>
      identity;                    // set: that, and not `stream.channel`, says what it is told
  std::optional<uint64_t> client;  // that it counts for, if addresses were limited (ClientOf)
  net::MovedConnection connection;
};

// All that the hub has, but for those that are ending, and those whose peer is gone. On its shard.
std::vector<MovedSseStream> MoveOutStreams(stream::Hub& hub);

// Goes on with one, on `shard`, which is that of the context's hub. In the replica of `serve` its
// environment may be gone, and there may be fewer slots in all than there were: then it ends
// cleanly, as one ends that has reached its age.
void MoveInStream(const StreamContext& context, replica::ShardReplica& replica, net::Shard& shard,
                  MovedSseStream moved);
// The same in `hub`, which knows no environments.
void MoveInStream(const StreamContext& context, net::Shard& shard, MovedSseStream moved);

}  // namespace flagstream::api
