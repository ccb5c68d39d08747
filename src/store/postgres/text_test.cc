// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace flagstream::store::postgres {
namespace {

// Goal: any bytes become text that PostgreSQL takes, and come back as they were.

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

TEST(PostgresText, WhatIsUtf8WithoutNulStays) {
  for (const std::string text : {"", "a", "ünïcödé \xF0\x9F\x98\x80", "'\\\"\n\x7F"}) {
    EXPECT_EQ(EncodeText(text), text);
    EXPECT_EQ(DecodeText(text), text);
  }
}

TEST(PostgresText, TheRestIsEscaped) {
  EXPECT_EQ(EncodeText("a\0b"s), "a\x01"s + "0b");
  EXPECT_EQ(EncodeText("\x01"), "\x01"s + "1");
  EXPECT_EQ(EncodeText("\xFFz"), "\x01"s + "ffz");
  EXPECT_EQ(EncodeText("\xED\xA0\x80"), "\x01"s + "ed\x01" + "a0\x01" + "80");  // a surrogate
  EXPECT_EQ(EncodeText("\xC3"), "\x01"s + "c3");                                // cut
  EXPECT_EQ(EncodeText("\xF5\x80\x80\x80").substr(0, 3), "\x01"s + "f5");       // above U+10FFFF
}

TEST(PostgresText, AnyBytesComeBackAndKeepApart) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int64_t n = random.Between(0, 6); n > 0; --n) {
      // Much of what the code tells apart: NUL, escapes, digits, lead and continuation bytes.
      constexpr std::string_view kSome =
          "\0\x01\x01z01fa\x80\xBF\xC3\xA9\xE2\x82\xAC\xED\xF0\x9F\xFF"sv;
      text += kSome[static_cast<size_t>(random.Between(0, kSome.size() - 1))];
    }
    const std::string stored = EncodeText(text);
    EXPECT_EQ(stored.find('\0'), std::string::npos);
    EXPECT_EQ(DecodeText(stored), text);
  }
}

TEST(PostgresText, TheOrderOfBytesIsKept) {
  const std::vector<std::string> ordered = {""s,     "\0"s,   "\0\0"s, "\0a"s,
                                            "\x01"s, "\x02"s, "a"s,    "é"s};
  for (size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_LT(EncodeText(ordered[i - 1]), EncodeText(ordered[i])) << i;
  }
}

}  // namespace
}  // namespace flagstream::store::postgres
