// SPDX-License-Identifier: Apache-2.0
#include "flags/value.h"

#include <gtest/gtest.h>

#include <limits>

namespace flagstream::flags {
namespace {

// Goal: values become the same text as in the reference, because that text is hashed and compared.

TEST(ValueTextTest, FloatsHaveThePointOrExponentOfTheReference) {
  EXPECT_EQ(TextOf(1.0), "1.0");
  EXPECT_EQ(TextOf(0.1), "0.1");
  EXPECT_EQ(TextOf(-0.0), "-0.0");
  EXPECT_EQ(TextOf(25.0), "25.0");
  EXPECT_EQ(TextOf(123456.789), "123456.789");
  EXPECT_EQ(TextOf(1e5), "100000.0");
  EXPECT_EQ(TextOf(1e15), "1000000000000000.0");
  EXPECT_EQ(TextOf(9007199254740993.0), "9007199254740992.0");
  EXPECT_EQ(TextOf(1e16), "1e+16");
  EXPECT_EQ(TextOf(1.5e300), "1.5e+300");
  EXPECT_EQ(TextOf(0.0001), "0.0001");
  EXPECT_EQ(TextOf(0.00001), "1e-05");
  EXPECT_EQ(TextOf(-2.5e-7), "-2.5e-07");
  EXPECT_EQ(TextOf(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(TextOf(std::numeric_limits<double>::denorm_min()), "5e-324");
}

TEST(ValueTextTest, OtherTypes) {
  EXPECT_EQ(TextOf(TraitValue(true)), "True");
  EXPECT_EQ(TextOf(TraitValue(false)), "False");
  EXPECT_EQ(TextOf(TraitValue(int64_t{-42})), "-42");
  EXPECT_EQ(TextOf(TraitValue(2.0)), "2.0");
  EXPECT_EQ(TextOf(TraitValue(std::string("007"))), "007");
}

}  // namespace
}  // namespace flagstream::flags
