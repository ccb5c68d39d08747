// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sse/open_stream.h"
#include "api/sse/stream_identity.h"
#include "net/router.h"
#include "replica/shard_replica.h"
#include "stream/moved_stream.h"

// Told when what one identity is served changes, and only then:
//   GET /sse/environments/<key>/identities/<identifier>/stream
//   GET /identities/<identifier>/sse/environments/<key>/stream
// The second is where an SDK looks whose base URL of streams ends in /identities/<identifier>/.
namespace flagstream::api {

// `replica` is that of the shard, and outlives the router.
void RegisterIdentityStream(net::Router& router, StreamContext context,
                            replica::ShardReplica& replica);

// Goes on with such a stream of another process. Its channel is found anew.
void MoveInIdentityStream(const StreamContext& context, replica::ShardReplica& replica,
                          const StreamIdentity& identity, stream::MovedStream stream,
                          OpenedStream opened);

}  // namespace flagstream::api
