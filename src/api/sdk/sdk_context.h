// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/feature_usage.h"
#include "replica/sdk_requests.h"
#include "replica/shard_replica.h"

namespace flagstream::api {

// What the SDK endpoints of one shard work with; all of it outlives the router.
struct SdkContext {
  replica::ShardReplica& replica;
  replica::SdkRequests& requests;
  FeatureUsage& usage;
};

}  // namespace flagstream::api
