// SPDX-License-Identifier: Apache-2.0
#include "net/ip_address.h"

#include <gtest/gtest.h>

namespace flagstream::net {
namespace {

// Goal: addresses and networks are read and compared as people write them, IPv4 and IPv6.

std::string Again(std::string_view text) {
  const auto address = IpAddress::Parse(text);
  return address ? address->ToString() : "none";
}

bool IsIn(const std::string& network, std::string_view address) {
  const auto networks = IpNetworks::Parse({network});
  EXPECT_TRUE(networks.ok()) << network;
  return networks->Contain(*IpAddress::Parse(address));
}

TEST(IpAddressTest, ReadsAndWrites) {
  EXPECT_EQ(Again("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(Again("2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(Again("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(Again("fe80::1%eth0"), "fe80::1");
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "localhost", "1.2.3.4%eth0", "[::1]"}) {
    EXPECT_EQ(Again(bad), "none") << bad;
  }
}

TEST(IpAddressTest, NetworksContainTheirAddresses) {
  EXPECT_TRUE(IsIn("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(IsIn("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(IsIn("10.1.2.128/25", "10.1.2.200"));
  EXPECT_FALSE(IsIn("10.1.2.128/25", "10.1.2.100"));
  EXPECT_TRUE(IsIn("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(IsIn("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(IsIn("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(IsIn("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(IsIn("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(IsIn("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(IsIn("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_FALSE(IpNetworks().Contain(*IpAddress::Parse("1.2.3.4")));
}

TEST(IpAddressTest, NamesABadNetwork) {
  for (const char* bad :
       {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8", "10.0.0.0/8x"}) {
    const auto networks = IpNetworks::Parse({"10.0.0.0/8", bad});
    ASSERT_FALSE(networks.ok()) << bad;
    EXPECT_NE(networks.error().message().find(bad), std::string::npos);
  }
}

}  // namespace
}  // namespace flagstream::net
