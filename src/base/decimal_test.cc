// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace flagstream {
namespace {

// Goal: text becomes the nearest double; too small is zero, too large is refused.

TEST(DecimalTest, NearestDouble) {
  EXPECT_EQ(ParseDecimal("0.1"), 0.1);
  EXPECT_EQ(ParseDecimal("-1.5E+3"), -1500.0);
  EXPECT_EQ(ParseDecimal("9007199254740993"), 9007199254740992.0);  // a tie, to even
  EXPECT_EQ(ParseDecimal("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(ParseDecimal("5e-324"), std::numeric_limits<double>::denorm_min());
}

TEST(DecimalTest, TooSmallIsZeroOfItsSign) {
  for (const char* text : {"1e-400", "0.0000001e-320", "1e-99999999999999999999", "12345e-340"}) {
    EXPECT_EQ(ParseDecimal(text), 0.0) << text;
    EXPECT_FALSE(std::signbit(*ParseDecimal(text))) << text;
  }
  EXPECT_TRUE(std::signbit(*ParseDecimal("-1e-400")));
  EXPECT_EQ(ParseDecimal("0." + std::string(500, '0') + "1"), 0.0);
  EXPECT_EQ(ParseDecimal("0e99999999999999999999"), 0.0);
}

TEST(DecimalTest, TooLargeIsRefused) {
  for (const char* text : {"1e309", "-1e309", "1e99999999999999999999", "0.001e313"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseDecimal("1" + std::string(400, '0')), std::nullopt);
}

TEST(DecimalTest, LongDigitsAndExponentsCancelOut) {
  EXPECT_EQ(ParseDecimal("1" + std::string(400, '0') + "e-400"), 1.0);
  EXPECT_EQ(ParseDecimal("0." + std::string(399, '0') + "1e400"), 1.0);
}

TEST(DecimalTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "x", "1x", "1 ", "1.", "inf", "nan", "1e"}) {
    EXPECT_EQ(ParseDecimal(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flagstream
