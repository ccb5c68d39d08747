// SPDX-License-Identifier: Apache-2.0
#include "auth/password.h"

#include <gtest/gtest.h>

namespace flagstream::auth {
namespace {

// Goal: a hash verifies its own password and no other, names its parameters, and what is no hash is
// told apart from a wrong password.

TEST(PasswordTest, VerifiesItsOwnPasswordOnly) {
  const auto hash = HashPassword("correct horse");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(VerifyPassword(*hash, "correct horse").value());
  EXPECT_FALSE(VerifyPassword(*hash, "correct horsf").value());
  EXPECT_FALSE(VerifyPassword(*hash, "").value());
}

TEST(PasswordTest, IsArgon2idWithTheNamedParameters) {
  const auto hash = HashPassword("correct horse");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *hash;
}

TEST(PasswordTest, SaltsEachHash) {
  EXPECT_NE(HashPassword("same").value(), HashPassword("same").value());
}

TEST(PasswordTest, BytesAfterANulCount) {
  const auto hash = HashPassword(std::string_view("a\0b", 3));
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(VerifyPassword(*hash, std::string_view("a\0b", 3)).value());
  EXPECT_FALSE(VerifyPassword(*hash, "a").value());
}

TEST(PasswordTest, WhatIsNoHashIsCorrupt) {
  EXPECT_EQ(VerifyPassword("", "x").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(VerifyPassword("pbkdf2_sha256$1$a$b", "x").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(VerifyPassword("$argon2id$nonsense", "x").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(VerifyPassword("$argon2id$" + std::string(200, 'a'), "x").error().code(),
            ErrorCode::kCorrupt);
}

TEST(PasswordTest, TooLongIsRefusedAndNeverMatches) {
  const std::string longest(kPasswordBytesMax, 'p');
  const auto hash = HashPassword(longest);
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(VerifyPassword(*hash, longest).value());
  EXPECT_EQ(HashPassword(longest + "p").error().code(), ErrorCode::kTooLarge);
  EXPECT_FALSE(VerifyPassword(*hash, longest + "p").value());
}

TEST(PasswordTest, NobodyHasAPassword) {
  EXPECT_FALSE(VerifyPasswordOfNobody("nobody").value());
  EXPECT_FALSE(VerifyPasswordOfNobody("x").value());
}

}  // namespace
}  // namespace flagstream::auth
