// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "net/request.h"
#include "replica/shard_replica.h"

// Whose request an SDK's request is.
namespace flagstream::api {

// The environment that X-Environment-Key opens. kPermissionDenied with the reference's sentences if
// there is no such key, or its organisation is not served.
Result<replica::KeyMatch> AuthenticateSdk(const net::Request& request,
                                          const replica::ShardReplica& replica);
// The same where only a server key will do.
Result<replica::KeyMatch> AuthenticateServerKey(const net::Request& request,
                                                const replica::ShardReplica& replica);

}  // namespace flagstream::api
