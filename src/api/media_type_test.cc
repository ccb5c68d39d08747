// SPDX-License-Identifier: Apache-2.0
#include "api/media_type.h"

#include <gtest/gtest.h>

#include <string>

#include "net/request_builder.h"

namespace flagstream::api {
namespace {

// Goal: JSON by any spelling is taken, everything else is refused with the reference's sentence.

std::string Refusal(std::string_view content_type, std::string_view body = "{}") {
  const auto refusal = RefuseMediaType(
      net::RequestBuilder("POST", "/").Header("Content-Type", content_type).Body(body).Build());
  return refusal ? std::to_string(refusal->status()) + " " + std::string(refusal->body()) : "";
}

TEST(MediaType, TakesJson) {
  EXPECT_EQ(Refusal("application/json"), "");
  EXPECT_EQ(Refusal("Application/JSON; charset=utf-8"), "");
  EXPECT_EQ(Refusal("application/json ;charset=utf-8"), "");
  EXPECT_EQ(RefuseMediaType(net::RequestBuilder("POST", "/").Body("{}").Build()), std::nullopt);
}

TEST(MediaType, RefusesOthers) {
  EXPECT_EQ(Refusal("text/plain"),
            R"(415 {"detail":"Unsupported media type \"text/plain\" in request."})");
  EXPECT_EQ(Refusal("text/plain;charset=UTF-8"),
            R"(415 {"detail":"Unsupported media type \"text/plain;charset=UTF-8\" in request."})");
  EXPECT_NE(Refusal("application/jsonp"), "");
}

TEST(MediaType, NoBodyNeedsNoType) {
  EXPECT_EQ(Refusal("text/plain", ""), "");
  EXPECT_EQ(JsonTextOf(net::RequestBuilder("POST", "/").Build()), "{}");
  EXPECT_EQ(JsonTextOf(net::RequestBuilder("POST", "/").Body("[1]").Build()), "[1]");
}

}  // namespace
}  // namespace flagstream::api
