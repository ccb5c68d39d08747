// SPDX-License-Identifier: Apache-2.0
#include "net/response.h"

#include <gtest/gtest.h>

namespace flagstream::net {
namespace {

// Goal: an answer holds what was put in, and shared bodies are not copied.

TEST(ResponseTest, CollectsHeaderLines) {
  Response response(404);
  response.AddHeader("A", "1").AddHeaderLines("B: 2\r\nC: 3\r\n").AddHeader("D", "");
  EXPECT_EQ(response.status(), 404);
  EXPECT_EQ(response.header_lines(), "A: 1\r\nB: 2\r\nC: 3\r\nD: \r\n");
}

TEST(ResponseTest, TheLastBodyCounts) {
  const auto shared = std::make_shared<const std::string>("shared");
  Response response;
  response.SetBody(std::string("own"));
  EXPECT_EQ(response.body(), "own");
  response.SetBody(shared);
  EXPECT_EQ(response.body().data(), shared->data());
  response.SetBody(std::string("own again"));
  EXPECT_EQ(response.body(), "own again");
  EXPECT_EQ(response.shared_body(), nullptr);
}

TEST(ResponseDeathTest, RefusesHeadersThatWouldSplit) {
  Response response;
  EXPECT_DEATH(response.AddHeader("A", "1\r\nB: 2"), "IsOneLine");
  EXPECT_DEATH(response.AddHeader("A", std::string_view("\0", 1)), "IsOneLine");
}

}  // namespace
}  // namespace flagstream::net
