// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/feature_usage.h"
#include "net/router.h"
#include "replica/shard_replica.h"

namespace flagstream::api {

// What the SDK endpoints of one shard work with; all of it outlives the router.
struct SdkContext {
  replica::ShardReplica& replica;
  FeatureUsage& usage;
};

// An endpoint that needs the replica and no more.
using ReplicaEndpoint = void (*)(replica::ShardReplica&, net::Request, net::Responder);
net::Handler Bind(SdkContext context, ReplicaEndpoint endpoint);

// Adds every route that SDKs call, old releases included.
void RegisterSdk(net::Router& router, SdkContext context);

}  // namespace flagstream::api
