// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sse/open_stream.h"
#include "net/router.h"
#include "replica/shard_replica.h"

// GET /sse/environments/<key>/stream: told of every change of the environment.
namespace flagstream::api {

// `serve`: keys of both kinds open streams.
FindEnvironment EnvironmentsOf(const replica::ShardReplica& replica);
// `hub`: it knows no keys, so each is an environment.
FindEnvironment EnvironmentsByKey();

void RegisterEnvironmentStream(net::Router& router, StreamContext context,
                               FindEnvironment find_environment);

}  // namespace flagstream::api
