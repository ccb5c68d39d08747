// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "auth/login_limiter.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/use_cases.h"
#include "service/written.h"
#include "stream/channel_view.h"

namespace flagstream::api {

// Gives a task to a thread that may block. False if it was refused: there is too much to do. Safe
// from any thread; never runs the task inside the call.
using AdminWorkers = std::function<bool(Task)>;

// Calls `then` on the executor, once this node serves these changes or has taken too long to.
using WhenServed = std::function<void(std::vector<bus::Change>, Executor&, Task then)>;

// What can be seen of an environment's streams on this node. Blocks, so it is for workers.
// kUnavailable if the shards have too much to do.
using LookAtStreams = std::function<Result<stream::ChannelView>(EnvironmentId)>;

// What the management endpoints work with. The references outlive every router.
struct AdminContext {
  service::UseCases& use_cases;
  auth::LoginLimiter& logins;  // shared by all shards
  AdminWorkers workers;
  // For requests that hash a password: its threads bound how many hashes run at once, its queue how
  // many wait.
  AdminWorkers hash_workers;
  WhenServed when_served;
  LookAtStreams look_at_streams;
  std::string public_url =
      {};  // without a slash at the end; empty: links name the host the client asked
};

}  // namespace flagstream::api
