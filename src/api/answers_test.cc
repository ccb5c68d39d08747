// SPDX-License-Identifier: Apache-2.0
#include "api/answers.h"

#include <gtest/gtest.h>

namespace flagstream::api {
namespace {

// Goal: what every answer has, byte for byte, because browsers and SDKs depend on it.

constexpr std::string_view kCommon =
    "Flagsmith-Version: 2.265.0\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: X-Flagsmith-Document-Updated-At, Flagsmith-Version, "
    "Retry-After, ETag, Link\r\n";

TEST(Answers, JsonIsNotKept) {
  const net::Response response = JsonAnswer(201, R"({"a":1})");
  EXPECT_EQ(response.status(), 201);
  EXPECT_EQ(response.header_lines(), std::string(kCommon) +
                                         "Cache-Control: no-store\r\n"
                                         "Vary: Accept, Origin\r\n"
                                         "Content-Type: application/json\r\n");
  EXPECT_EQ(response.body(), R"({"a":1})");
}

TEST(Answers, EmptyHasNoContentType) {
  const net::Response response = EmptyAnswer(204);
  EXPECT_EQ(response.status(), 204);
  EXPECT_EQ(response.header_lines(), std::string(kCommon) +
                                         "Cache-Control: no-store\r\n"
                                         "Vary: Accept, Origin\r\n");
  EXPECT_EQ(response.body(), "");
}

TEST(Answers, DetailEscapesTheSentence) {
  EXPECT_EQ(DetailAnswer(405, "Method \"PUT\" not allowed.").body(),
            R"({"detail":"Method \"PUT\" not allowed."})");
}

}  // namespace
}  // namespace flagstream::api
