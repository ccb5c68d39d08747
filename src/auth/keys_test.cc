// SPDX-License-Identifier: Apache-2.0
#include "auth/keys.h"

#include <gtest/gtest.h>

#include <set>

namespace flagstream::auth {
namespace {

// Goal: keys and tokens have the forms that SDKs and tools expect, never repeat, and nothing else
// passes for one.

TEST(KeysTest, ClientKeyHas22UnmistakableCharacters) {
  const std::string key = NewClientKey();
  EXPECT_EQ(key.size(), 22U);
  EXPECT_EQ(key.find_first_of("01IOl"), std::string::npos);
  EXPECT_TRUE(IsWellFormedKey(key));
  EXPECT_FALSE(IsServerKey(key));
}

TEST(KeysTest, ServerKeyStartsWithSer) {
  const std::string key = NewServerKey();
  EXPECT_EQ(key.size(), 26U);
  EXPECT_TRUE(key.starts_with("ser."));
  EXPECT_TRUE(IsServerKey(key));
  EXPECT_TRUE(IsWellFormedKey(key));
}

TEST(KeysTest, NeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(NewClientKey()).second);
    EXPECT_TRUE(seen.insert(NewToken()).second);
  }
}

TEST(KeysTest, TokenIs40HexDigits) {
  EXPECT_TRUE(IsWellFormedToken(NewToken()));
  EXPECT_TRUE(IsWellFormedToken("0123456789abcdefABCDEF000000000000000000"));
  EXPECT_FALSE(IsWellFormedToken("0123456789abcdef"));
  EXPECT_FALSE(IsWellFormedToken("g123456789abcdefABCDEF000000000000000000"));
}

TEST(KeysTest, PasswordsHave24UnmistakableCharacters) {
  const std::string password = NewPassword();
  EXPECT_EQ(password.size(), 24U);
  EXPECT_EQ(password.find_first_not_of("abcdefghijkmnpqrstuvwxyz23456789"), std::string::npos);
  EXPECT_NE(password, NewPassword());
}

TEST(KeysTest, HashOfTokenIsItsSha256) {
  EXPECT_EQ(HashToken("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(KeysTest, WellFormedKeysNeedNoEncodingInAPath) {
  EXPECT_TRUE(IsWellFormedKey("demo-development"));
  EXPECT_TRUE(IsWellFormedKey("a"));
  EXPECT_TRUE(IsWellFormedKey("A.b_C-9"));
  EXPECT_FALSE(IsWellFormedKey(""));
  EXPECT_FALSE(IsWellFormedKey("a/b"));
  EXPECT_FALSE(IsWellFormedKey("a b"));
  EXPECT_FALSE(IsWellFormedKey("clé"));
  EXPECT_FALSE(IsWellFormedKey(std::string("a\0b", 3)));
}

TEST(KeysTest, KeysHaveALongestLength) {
  EXPECT_TRUE(IsWellFormedKey(std::string(kKeyLengthMax, 'k')));
  EXPECT_FALSE(IsWellFormedKey(std::string(kKeyLengthMax + 1, 'k')));
}

TEST(Keys, MasterKeysAreKnownByTheirPrefix) {
  const std::string key = NewMasterKey();
  EXPECT_EQ(key.size(), 41U);
  EXPECT_EQ(MasterKeyPrefix(key), key.substr(0, 8));
  EXPECT_NE(NewMasterKey().substr(0, 8), key.substr(0, 8));
  EXPECT_EQ(MasterKeyPrefix(""), std::nullopt);
  EXPECT_EQ(MasterKeyPrefix(key.substr(1)), std::nullopt);
  EXPECT_EQ(MasterKeyPrefix(key + "x"), std::nullopt);
  EXPECT_EQ(MasterKeyPrefix(std::string(41, 'a')), std::nullopt);
  EXPECT_EQ(MasterKeyPrefix("abcdefgh." + std::string(32, ' ')), std::nullopt);
  EXPECT_EQ(MasterKeyPrefix("abcdefgh." + std::string(31, 'a') + "."), std::nullopt);
}

}  // namespace
}  // namespace flagstream::auth
