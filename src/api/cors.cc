// SPDX-License-Identifier: Apache-2.0
#include "api/cors.h"

#include "api/answers.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kPreflightHeaderLines =
    "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS\r\n"
    "Access-Control-Max-Age: 86400\r\n"
    "Vary: Origin, Access-Control-Request-Headers\r\n";

}  // namespace

net::Response OptionsAnswer(const net::Request& request, std::string_view allow) {
  net::Response response(204);
  response.AddHeaderLines(CommonHeaderLines());
  response.AddHeader("Allow", allow);
  if (!request.Header("Access-Control-Request-Method")) return response;

  response.AddHeaderLines(kPreflightHeaderLines);
  if (const auto headers = request.Header("Access-Control-Request-Headers");
      headers && !headers->empty()) {
    response.AddHeader("Access-Control-Allow-Headers", *headers);
  }
  return response;
}

}  // namespace flagstream::api
