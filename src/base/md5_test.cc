// SPDX-License-Identifier: Apache-2.0
#include "base/md5.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"

namespace flagstream {
namespace {

std::string HexOf(Md5 hash) {
  const Md5Digest digest = hash.Finish();
  return HexEncode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string Md5Hex(std::string_view text) {
  Md5 hash;
  hash.Update(text);
  return HexOf(hash);
}

// Goal: the test suite of RFC 1321.
TEST(Md5, AsTheStandardSays) {
  EXPECT_EQ(Md5Hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(Md5Hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(Md5Hex("abcdefghijklmnopqrstuvwxyz"), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(
      Md5Hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      "57edf4a22be3c955ac49da2e2107b67a");
}

// Goal: the padding is right on both sides of each border of a block (values of md5sum).
TEST(Md5, AroundTheEndOfABlock) {
  EXPECT_EQ(Md5Hex(std::string(55, 'x')), "04364420e25c512fd958a70738aa8f72");
  EXPECT_EQ(Md5Hex(std::string(56, 'x')), "668a72d5ba17f08e62dabcafad6db14b");
  EXPECT_EQ(Md5Hex(std::string(63, 'x')), "7dc2ca208106a2f703567bdff99d8981");
  EXPECT_EQ(Md5Hex(std::string(64, 'x')), "c1bb4f81d892b2d57947682aeb252456");
  EXPECT_EQ(Md5Hex(std::string(65, 'x')), "1bc932052302d074bdec39795fe00cf6");
}

// Goal: it does not matter in which pieces the bytes come.
TEST(Md5, PiecesAreJoined) {
  const std::string text(150, 'y');
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Md5 hash;
    hash.Update(std::string_view(text).substr(0, cut));
    hash.Update(std::string_view(text).substr(cut));
    EXPECT_EQ(HexOf(hash), Md5Hex(text)) << cut;
  }
}

}  // namespace
}  // namespace flagstream
