// SPDX-License-Identifier: Apache-2.0
#include "api/admin/credentials.h"

#include <optional>
#include <string_view>

#include "api/header_list.h"

namespace flagstream::api {
namespace {

Error Unauthenticated(std::string sentence) {
  return {ErrorCode::kUnauthenticated, std::move(sentence)};
}

}  // namespace

Result<Credentials> ReadCredentials(const net::Request& request) {
  const std::optional<std::string_view> header = request.Header("Authorization");
  const std::string_view text = header.value_or("");
  const size_t blank = text.find(' ');
  const bool is_key = EqualsIgnoringCase(text.substr(0, blank), "Api-Key");
  if (!is_key && !EqualsIgnoringCase(text.substr(0, blank), "Token")) {
    return Unauthenticated("Authentication credentials were not provided.");
  }
  if (blank == std::string_view::npos)
    return Unauthenticated("Invalid token header. No credentials provided.");
  return Credentials{is_key ? Credentials::Kind::kMasterKey : Credentials::Kind::kUserToken,
                     std::string(TrimBlanks(text.substr(blank)))};
}

}  // namespace flagstream::api
