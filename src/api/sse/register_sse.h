// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sse/environment_stream.h"
#include "api/sse/open_stream.h"
#include "net/router.h"
#include "replica/shard_replica.h"

namespace flagstream::api {

// `serve`: streams of environments and of identities. What is borrowed outlives the router.
void RegisterSse(net::Router& router, StreamContext context, replica::ShardReplica& replica);
// `hub`: streams of the environments that `find_environment` knows; it has no data and no
// identities.
void RegisterSse(net::Router& router, StreamContext context, FindEnvironment find_environment);

}  // namespace flagstream::api
