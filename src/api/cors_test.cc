// SPDX-License-Identifier: Apache-2.0
#include "api/cors.h"

#include <gtest/gtest.h>

#include "net/request_builder.h"

namespace flagstream::api {
namespace {

// Goal: a browser on any origin may send what an SDK's user configured.

std::string Options(net::Request request) {
  const net::Response response = OptionsAnswer(request, "GET, HEAD, OPTIONS");
  EXPECT_EQ(response.status(), 204);
  EXPECT_EQ(response.body(), "");
  return std::string(response.header_lines());
}

TEST(Cors, PreflightEchoesTheHeadersAskedFor) {
  const std::string lines =
      Options(net::RequestBuilder("OPTIONS", "/api/v1/flags/")
                  .Header("Origin", "https://shop.example")
                  .Header("Access-Control-Request-Method", "GET")
                  .Header("Access-Control-Request-Headers", "x-environment-key,x-mine")
                  .Build());
  EXPECT_TRUE(lines.ends_with(
      "Allow: GET, HEAD, OPTIONS\r\n"
      "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS\r\n"
      "Access-Control-Max-Age: 86400\r\n"
      "Vary: Origin, Access-Control-Request-Headers\r\n"
      "Access-Control-Allow-Headers: x-environment-key,x-mine\r\n"))
      << lines;
  EXPECT_NE(lines.find("Access-Control-Allow-Origin: *\r\n"), std::string::npos);
}

TEST(Cors, PlainOptionsTellsOnlyWhatIsAllowed) {
  const std::string lines = Options(
      net::RequestBuilder("OPTIONS", "/api/v1/flags/").Header("Origin", "https://a").Build());
  EXPECT_TRUE(lines.ends_with("Allow: GET, HEAD, OPTIONS\r\n")) << lines;
  EXPECT_EQ(lines.find("Access-Control-Allow-Methods"), std::string::npos);
}

}  // namespace
}  // namespace flagstream::api
