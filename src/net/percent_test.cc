// SPDX-License-Identifier: Apache-2.0
#include "net/percent.h"

#include <gtest/gtest.h>

namespace flagstream::net {
namespace {

// Goal: encoded text is decoded as Flagsmith does it, and the result is always UTF-8.

TEST(PercentTest, DecodesHexOfEitherCase) {
  EXPECT_EQ(DecodePercent("a%2Fb%2fc%41"), "a/b/cA");
  EXPECT_EQ(DecodePercent(""), "");
  EXPECT_EQ(DecodePercent("%C3%A4"), "ä");
}

TEST(PercentTest, PlusIsASpaceOnlyInForms) {
  EXPECT_EQ(DecodePercent("a+b"), "a+b");
  EXPECT_EQ(DecodeFormText("a+b%20c%2B"), "a b c+");
}

TEST(PercentTest, KeepsWhatIsNoSequence) {
  EXPECT_EQ(DecodePercent("100%"), "100%");
  EXPECT_EQ(DecodePercent("%4"), "%4");
  EXPECT_EQ(DecodePercent("%zz%4g"), "%zz%4g");
  EXPECT_EQ(DecodePercent("%%41"), "%A");
}

TEST(PercentTest, KeepsNul) { EXPECT_EQ(DecodePercent("a%00b"), std::string("a\0b", 3)); }

TEST(PercentTest, KeepsWellFormedUtf8) {
  const std::string text = "aä€😀\xF4\x8F\xBF\xBF\xED\x9F\xBF";
  EXPECT_EQ(DecodePercent(text), text);
}

TEST(PercentTest, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(DecodePercent("a%FFb"), "a\uFFFDb");
  EXPECT_EQ(DecodePercent("%C3"), "\uFFFD");                    // cut short
  EXPECT_EQ(DecodePercent("%E2%82x"), "\uFFFDx");               // cut short by another character
  EXPECT_EQ(DecodePercent("%C0%AF"), "\uFFFD\uFFFD");           // overlong '/'
  EXPECT_EQ(DecodePercent("%ED%A0%80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(DecodePercent("%F4%90%80%80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
  EXPECT_EQ(DecodePercent("%80"), "\uFFFD");
}

}  // namespace
}  // namespace flagstream::net
