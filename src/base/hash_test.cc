// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <gtest/gtest.h>

namespace flagstream {
namespace {

// Goal: digests are the standard's, and secrets compare by content.

TEST(HashTest, Sha256OfTheStandardsExample) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HashTest, HexKeepsZeroAndHighBytes) {
  EXPECT_EQ(HexEncode(std::string_view("\x00\x0f\xff\x41", 4)), "000fff41");
}

TEST(HashTest, SecretsAreEqualOnlyWhole) {
  EXPECT_TRUE(SecretsEqual("token", "token"));
  EXPECT_FALSE(SecretsEqual("token", "tokeN"));
  EXPECT_FALSE(SecretsEqual("token", "token2"));
  EXPECT_TRUE(SecretsEqual("", ""));
}

}  // namespace
}  // namespace flagstream
