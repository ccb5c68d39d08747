// SPDX-License-Identifier: Apache-2.0
#include "net/client_address.h"

#include <gtest/gtest.h>

#include "net/request_builder.h"

namespace flagstream::net {
namespace {

// Goal: nobody can pretend to be another client, and behind proxies the true one is found.

class ClientAddressTest : public testing::Test {
 protected:
  std::string Of(std::string_view peer, Request request) {
    return ClientAddress(*IpAddress::Parse(peer), request, trusted_).ToString();
  }
  std::string OfForwardedFor(std::string_view peer, std::string_view value) {
    return Of(peer, RequestBuilder("GET", "/").Header("X-Forwarded-For", value).Build());
  }
  std::string OfForwarded(std::string_view value) {
    return Of("10.0.0.1", RequestBuilder("GET", "/").Header("Forwarded", value).Build());
  }

  IpNetworks trusted_ = *IpNetworks::Parse({"10.0.0.0/8", "fd00::/8"});
};

TEST_F(ClientAddressTest, AStrangersReportIsIgnored) {
  EXPECT_EQ(OfForwardedFor("192.0.2.9", "1.1.1.1"), "192.0.2.9");
}

TEST_F(ClientAddressTest, FollowsTrustedProxiesFromTheRight) {
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "1.1.1.1"), "1.1.1.1");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "6.6.6.6, 1.1.1.1 , 10.0.0.2"), "1.1.1.1");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "10.0.0.3,10.0.0.2"), "10.0.0.3");
  EXPECT_EQ(OfForwardedFor("fd00::1", "2001:db8::5"), "2001:db8::5");
}

TEST_F(ClientAddressTest, StopsAtWhatIsNoAddress) {
  EXPECT_EQ(OfForwardedFor("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "1.1.1.1, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "1.1.1.1,"), "10.0.0.1");
}

TEST_F(ClientAddressTest, DropsPorts) {
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "1.1.1.1:99"), "1.1.1.1");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "[2001:db8::5]:99"), "2001:db8::5");
  EXPECT_EQ(OfForwardedFor("10.0.0.1", "[2001:db8::5"), "2001:db8::5");
}

TEST_F(ClientAddressTest, ReadsSeveralLinesAsOneList) {
  Request request = RequestBuilder("GET", "/")
                        .Header("X-Forwarded-For", "6.6.6.6, 1.1.1.1")
                        .Header("X-Forwarded-For", "10.0.0.2")
                        .Build();
  EXPECT_EQ(Of("10.0.0.1", std::move(request)), "1.1.1.1");
}

TEST_F(ClientAddressTest, ReadsForwarded) {
  EXPECT_EQ(OfForwarded("for=6.6.6.6, For=1.1.1.1;proto=http;by=x, by=y; for=10.0.0.2"), "1.1.1.1");
  EXPECT_EQ(OfForwarded("for=\"[2001:db8::5]:4711\""), "2001:db8::5");
  EXPECT_EQ(OfForwarded("for=_hidden"), "10.0.0.1");
  EXPECT_EQ(OfForwarded("proto=http"), "10.0.0.1");
}

TEST_F(ClientAddressTest, XForwardedForCountsBeforeForwarded) {
  Request request = RequestBuilder("GET", "/")
                        .Header("Forwarded", "for=6.6.6.6")
                        .Header("X-Forwarded-For", "1.1.1.1")
                        .Build();
  EXPECT_EQ(Of("10.0.0.1", std::move(request)), "1.1.1.1");
}

}  // namespace
}  // namespace flagstream::net
