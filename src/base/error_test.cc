// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <gtest/gtest.h>

#include "base/result.h"

namespace flagstream {
namespace {

// Goal: a failure keeps its kind, its fields and its causes on the way up.

Result<int> Half(int number) {
  if (number % 2 != 0) return Error::InvalidField("number", "This number is odd.");
  return number / 2;
}

Result<int> Quarter(int number) {
  FLAGSTREAM_ASSIGN(const int half, Half(number));
  return Half(half);
}

Result<> IsDivisibleByFour(int number) {
  FLAGSTREAM_TRY(Quarter(number));
  return {};
}

TEST(ResultTest, CarriesTheValue) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_TRUE(IsDivisibleByFour(12).ok());
}

TEST(ResultTest, LeavesWithTheErrorOfTheInnermostCall) {
  const Result<int> result = Quarter(6);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(result.error().fields(), (std::vector<FieldError>{{"number", "This number is odd."}}));
  EXPECT_FALSE(IsDivisibleByFour(6).ok());
}

TEST(ResultDeathTest, ReadingTheValueThatIsNotThereAborts) {
  const Result<int> result = Half(1);
  EXPECT_DEATH((void)result.value(), "broken assumption");
}

TEST(ErrorTest, NamesItsCauses) {
  const Error disk = Error::Unavailable("the disk is full");
  const Error write(ErrorCode::kInternal, "the change was not stored", disk);
  EXPECT_EQ(write.ToString(), "internal: the change was not stored; because the disk is full");
  ASSERT_NE(write.cause(), nullptr);
  EXPECT_EQ(write.cause()->code(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace flagstream
