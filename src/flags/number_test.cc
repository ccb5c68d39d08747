// SPDX-License-Identifier: Apache-2.0
#include "flags/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace flagstream::flags {
namespace {

// Goal: numbers in conditions are read as Python's int() and float() read them.

TEST(NumberTest, Integers) {
  EXPECT_EQ(ParseInteger("42"), Scalar(int64_t{42}));
  EXPECT_EQ(ParseInteger(" \t+007\xc2\xa0"), Scalar(int64_t{7}));
  EXPECT_EQ(ParseInteger("-9223372036854775808"), Scalar(std::numeric_limits<int64_t>::min()));
  EXPECT_EQ(ParseInteger("0009223372036854775808"),
            Scalar(BigInteger{false, "9223372036854775808"}));
  for (const char* text : {"", " ", "+", "--1", "5.0", "1_000", "1e3", "0x1", "4 2"}) {
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
  }
}

TEST(NumberTest, Floats) {
  EXPECT_EQ(ParseFloat(" +1.50 "), 1.5);
  EXPECT_EQ(ParseFloat(".5"), 0.5);
  EXPECT_EQ(ParseFloat("-5."), -5.0);
  EXPECT_EQ(ParseFloat("1.e2"), 100.0);
  EXPECT_EQ(ParseFloat("1E-2"), 0.01);
  EXPECT_EQ(ParseFloat("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(ParseFloat("1e-999"), 0.0);
  EXPECT_EQ(ParseFloat("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(ParseFloat("NaN").value()));
  for (const char* text :
       {"", ".", "e5", "1e", "1e+", "0x1p3", "1,5", "nan(1)", "infinit", "1 2"}) {
    EXPECT_EQ(ParseFloat(text), std::nullopt) << text;
  }
}

TEST(NumberTest, TextThatLooksLikeANumberIsTyped) {
  EXPECT_EQ(Typed(std::string_view("007")), Scalar(int64_t{7}));
  EXPECT_EQ(Typed(std::string_view("-0")), Scalar(int64_t{0}));
  EXPECT_EQ(Typed(std::string_view("-1.50")), Scalar(-1.5));
  for (const char* text : {"", "-", "+3", " 5", "1e3", ".5", "1.", "1.2.3", "true", "٣"}) {
    EXPECT_EQ(Typed(std::string_view(text)), Scalar(std::string_view(text)));
  }
}

TEST(NumberTest, IntegersOfAnySizeCompareExactly) {
  const auto integer = [](std::string_view text) { return ParseInteger(text).value(); };
  EXPECT_EQ(CompareIntegers(integer("9223372036854775807"), integer("9223372036854775808")),
            std::strong_ordering::less);
  EXPECT_EQ(CompareIntegers(integer("-99999999999999999999"), integer("-100000000000000000000")),
            std::strong_ordering::greater);
  EXPECT_EQ(CompareIntegers(integer("-99999999999999999999"), integer("1")),
            std::strong_ordering::less);
  EXPECT_EQ(CompareIntegers(integer("99999999999999999999"), integer("099999999999999999999")),
            std::strong_ordering::equal);
}

TEST(NumberTest, IntegersAndFloatsCompareExactly) {
  EXPECT_TRUE(CompareNumbers(int64_t{9007199254740993}, 9007199254740992.0) > 0);
  EXPECT_TRUE(CompareNumbers(5.5, int64_t{5}) > 0);
  EXPECT_TRUE(CompareNumbers(-5.5, int64_t{-5}) < 0);
  EXPECT_TRUE(
      CompareNumbers(BigInteger{false, "1267650600228229401496703205376"}, std::exp2(100)) == 0);
  EXPECT_TRUE(CompareNumbers(int64_t{1}, std::numeric_limits<double>::infinity()) < 0);
}

TEST(NumberTest, ValuesAsText) {
  EXPECT_EQ(ScalarText(true).view(), "True");
  EXPECT_EQ(ScalarText(1e16).view(), "1e+16");
  EXPECT_EQ(ScalarText(1000000000000000.0).view(), "1000000000000000.0");
  EXPECT_EQ(ScalarText(int64_t{-5}).view(), "-5");
  EXPECT_EQ(ScalarText(BigInteger{true, "99999999999999999999"}).view(), "-99999999999999999999");
}

}  // namespace
}  // namespace flagstream::flags
