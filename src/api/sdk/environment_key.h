// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/sdk_context.h"
#include "base/result.h"
#include "net/request.h"

// Whose request an SDK's request is.
namespace flagstream::api {

// The environment that X-Environment-Key opens. kPermissionDenied with the reference's sentences if
// there is no such key, or its organisation is not served.
Result<replica::KeyMatch> AuthenticateSdk(const net::Request& request,
                                          const replica::ShardReplica& replica);
// The same for a request that usage tells of: one that may ask is counted, whatever its answer is.
Result<replica::KeyMatch> AuthenticateSdk(const net::Request& request, const SdkContext& context,
                                          replica::SdkResource resource);
// The same where only a server key will do.
Result<replica::KeyMatch> AuthenticateServerKey(const net::Request& request,
                                                const SdkContext& context,
                                                replica::SdkResource resource);

}  // namespace flagstream::api
