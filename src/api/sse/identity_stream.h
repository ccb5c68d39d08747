// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sse/open_stream.h"
#include "net/router.h"
#include "replica/shard_replica.h"

// Told when what one identity is served changes, and only then:
//   GET /sse/environments/<key>/identities/<identifier>/stream
//   GET /identities/<identifier>/sse/environments/<key>/stream
// The second is where an SDK looks whose base URL of streams ends in /identities/<identifier>/.
namespace flagstream::api {

// `replica` is that of the shard, and outlives the router.
void RegisterIdentityStream(net::Router& router, StreamContext context,
                            replica::ShardReplica& replica);

}  // namespace flagstream::api
