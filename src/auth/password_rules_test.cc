// SPDX-License-Identifier: Apache-2.0
#include "auth/password_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/password.h"

namespace flagstream::auth {
namespace {

// Goal: passwords that fall to the first guesses are refused with Django's sentences; others pass.

using testing::ElementsAre;
using testing::IsEmpty;

const PasswordOwner kOwner = {
    .email = "grace.hopper@navy.example", .first_name = "Grace", .last_name = "Murray-Hopper"};

TEST(PasswordRulesTest, AGoodOnePasses) {
  EXPECT_THAT(PasswordProblems("turbine-49-velvet", kOwner), IsEmpty());
}

TEST(PasswordRulesTest, CountsCharactersNotBytes) {
  const char* const too_short =
      "This password is too short. It must contain at least 8 characters.";
  EXPECT_THAT(PasswordProblems("xk7-qzw", kOwner), ElementsAre(too_short));
  EXPECT_THAT(PasswordProblems("éèüö", kOwner), ElementsAre(too_short));
  EXPECT_THAT(PasswordProblems("éèüößñçå", kOwner), IsEmpty());
}

TEST(PasswordRulesTest, AllDigitsAreRefused) {
  EXPECT_THAT(PasswordProblems("8675309421", kOwner),
              ElementsAre("This password is entirely numeric."));
  EXPECT_THAT(PasswordProblems("8675309421x", kOwner), IsEmpty());
}

TEST(PasswordRulesTest, CommonOnesAreRefusedInAnyCase) {
  EXPECT_THAT(PasswordProblems("PassWord123", kOwner), ElementsAre("This password is too common."));
}

TEST(PasswordRulesTest, LikenessToTheOwnerIsRefused) {
  EXPECT_THAT(PasswordProblems("gracehopper", kOwner),
              ElementsAre("The password is too similar to the email address."));
  EXPECT_THAT(PasswordProblems("HopperMurray", kOwner),
              ElementsAre("The password is too similar to the last name."));
  const PasswordOwner named = {
      .email = "x@y.example", .first_name = "Bartholomew", .last_name = ""};
  EXPECT_THAT(PasswordProblems("bartholomew9", named),
              ElementsAre("The password is too similar to the first name."));
}

TEST(PasswordRulesTest, AnEmptyOwnerResemblesNothing) {
  EXPECT_THAT(PasswordProblems("turbine-49-velvet", {}), IsEmpty());
}

TEST(PasswordRulesTest, EverythingWrongIsSaidAtOnce) {
  EXPECT_THAT(PasswordProblems("1234", {}),
              ElementsAre("This password is too short. It must contain at least 8 characters.",
                          "This password is entirely numeric."));
}

TEST(PasswordRulesTest, TooLongIsRefused) {
  EXPECT_THAT(PasswordProblems(std::string(kPasswordBytesMax + 1, 'x'), kOwner),
              ElementsAre("This password is too long. It may have at most 1024 bytes."));
}

}  // namespace
}  // namespace flagstream::auth
