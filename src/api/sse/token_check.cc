// SPDX-License-Identifier: Apache-2.0
#include "api/sse/token_check.h"

#include "api/header_list.h"
#include "base/hash.h"

namespace flagstream::api {

Result<> CheckToken(const net::Request& request, std::string_view token) {
  constexpr std::string_view kScheme = "Token ";
  const auto header = request.Header("Authorization");
  if (!header || !EqualsIgnoringCase(header->substr(0, kScheme.size()), kScheme)) {
    return Error(ErrorCode::kUnauthenticated, "Authentication credentials were not provided.");
  }
  if (!SecretsEqual(TrimBlanks(header->substr(kScheme.size())), token)) {
    return Error(ErrorCode::kUnauthenticated, "Invalid token.");
  }
  return {};
}

}  // namespace flagstream::api
