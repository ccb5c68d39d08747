// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/environment_key.h"

namespace flagstream::api {
namespace {

// The reference writes the last word in two ways, and so do we.
Error MissingKey() {
  return Error(ErrorCode::kPermissionDenied, "Invalid or missing Environment key");
}
Error UnknownKey() {
  return Error(ErrorCode::kPermissionDenied, "Invalid or missing Environment Key");
}

}  // namespace

Result<replica::KeyMatch> AuthenticateSdk(const net::Request& request,
                                          const replica::ShardReplica& replica) {
  const auto key = request.Header("X-Environment-Key");
  if (!key || key->empty()) return MissingKey();
  replica::KeyMatch match = replica.Find(*key);
  if (!match.environment) return UnknownKey();
  if (match.environment->environment().organisation.stop_serving_flags) {
    return Error(ErrorCode::kPermissionDenied, "Organisation is disabled from serving flags.");
  }
  return match;
}

Result<replica::KeyMatch> AuthenticateSdk(const net::Request& request, const SdkContext& context,
                                          replica::SdkResource resource) {
  FLAGSTREAM_ASSIGN(replica::KeyMatch match, AuthenticateSdk(request, context.replica));
  context.requests.Count(match.environment->environment().id, resource);
  return match;
}

Result<replica::KeyMatch> AuthenticateServerKey(const net::Request& request,
                                                const SdkContext& context,
                                                replica::SdkResource resource) {
  FLAGSTREAM_ASSIGN(replica::KeyMatch match, AuthenticateSdk(request, context.replica));
  if (match.kind != wire::KeyKind::kServer) return MissingKey();
  context.requests.Count(match.environment->environment().id, resource);
  return match;
}

}  // namespace flagstream::api
