// SPDX-License-Identifier: Apache-2.0
#include "loadgen/endpoint.h"

#include <gtest/gtest.h>

namespace flagstream::loadgen {
namespace {

// Goal: URLs become addresses, and a wrong one is named in the error.

TEST(EndpointTest, ReadsHostAndPort) {
  const Result<Endpoint> endpoint = Endpoint::Parse("http://localhost:8123/anything");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->port(), 8123);
  EXPECT_EQ(endpoint->host, "localhost:8123");
  EXPECT_TRUE(endpoint->IsLoopback());
}

TEST(EndpointTest, HasPort80Unsaid) {
  const Result<Endpoint> endpoint = Endpoint::Parse("http://192.0.2.7");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->port(), 80);
  EXPECT_FALSE(endpoint->IsLoopback());
}

TEST(EndpointTest, NamesWhatIsWrong) {
  for (const char* url :
       {"https://127.0.0.1", "127.0.0.1:8000", "http://example:1", "http://127.0.0.1:x"}) {
    const Result<Endpoint> endpoint = Endpoint::Parse(url);
    ASSERT_FALSE(endpoint) << url;
    EXPECT_NE(endpoint.error().message().find(url), std::string::npos);
  }
}

}  // namespace
}  // namespace flagstream::loadgen
