// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "net/router.h"
#include "replica/shard_replica.h"
#include "replica/stamp_relay.h"

// POST /sse/environments/<key>/queue-change: someone with the publish token says that an
// environment's data changed.
namespace flagstream::api {

// Issues a stamp for the environment and tells everyone. Called on the shard; `then` may be called
// on any thread, once the stamp is durable.
using TouchEnvironment =
    std::function<void(EnvironmentId environment, UniqueFunction<void(Result<>)> then)>;

// `serve`: the stamp is ours, whatever the body says, since only ours are later than all that
// clients hold.
struct TouchContext {
  std::string publish_token;  // not empty
  const replica::ShardReplica& replica;
  TouchEnvironment touch;
};
void RegisterQueueChange(net::Router& router, TouchContext context);

// `hub`: the stamp is that of the data's owner, in the body.
struct RelayContext {
  std::string publish_token;  // not empty
  replica::StampRelay::Port& relay;
};
void RegisterQueueChange(net::Router& router, RelayContext context);

}  // namespace flagstream::api
