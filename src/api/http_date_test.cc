// SPDX-License-Identifier: Apache-2.0
#include "api/http_date.h"

#include <gtest/gtest.h>

#include "wire/time.h"

namespace flagstream::api {
namespace {

// Goal: all three forms of a date that RFC 9110 asks a server to read, and nothing else.

TEST(HttpDate, ReadsAllThreeForms) {
  constexpr int64_t kExample = 784'111'777;
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), kExample);
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), kExample);
  EXPECT_EQ(ParseHttpDate("Sun Nov 16 08:49:37 1994"), kExample + 864'000);
}

TEST(HttpDate, ReadsWhatWeWrite) {
  for (const int64_t seconds : {int64_t{0}, int64_t{951'782'400}, int64_t{1'795'484'262}}) {
    EXPECT_EQ(ParseHttpDate(wire::FormatHttpDate(seconds * 1'000'000)), seconds);
  }
}

TEST(HttpDate, TwoDigitYearsAreNear) {
  EXPECT_EQ(ParseHttpDate("Tuesday, 24-Nov-26 01:37:42 GMT"),
            ParseHttpDate("Tue, 24 Nov 2026 01:37:42 GMT"));
  EXPECT_EQ(ParseHttpDate("Thursday, 01-Jan-70 00:00:00 GMT"), 0);
}

TEST(HttpDate, RefusesAnythingElse) {
  for (const std::string_view text :
       {"", "0", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "2026-11-24T01:37:42Z", "Sun Nov 6 08:49:37 1994"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flagstream::api
