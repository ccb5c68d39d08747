// SPDX-License-Identifier: Apache-2.0
#include "api/media_type.h"

#include <string>

#include "api/answers.h"
#include "api/header_list.h"

namespace flagstream::api {

std::optional<net::Response> RefuseMediaType(const net::Request& request) {
  if (request.body().empty()) return std::nullopt;
  const auto type = request.Header("Content-Type");
  if (!type ||
      EqualsIgnoringCase(TrimBlanks(type->substr(0, type->find(';'))), "application/json")) {
    return std::nullopt;
  }
  return DetailAnswer(415, "Unsupported media type \"" + std::string(*type) + "\" in request.");
}

std::string_view JsonTextOf(const net::Request& request) {
  return request.body().empty() ? std::string_view("{}") : request.body();
}

}  // namespace flagstream::api
