// SPDX-License-Identifier: Apache-2.0
#include "wire/time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace flagstream::wire {
namespace {

constexpr int64_t kMay1 = 1'777'627'800'123'456;  // 2026-05-01T09:30:00.123456Z

int64_t Parsed(std::string_view text) {
  const Result<int64_t> micros = ParseIsoTime(text);
  EXPECT_TRUE(micros.ok()) << text;
  return micros.ok() ? *micros : -1;
}

// Goal: every spelling that a publisher uses means the same instant.
TEST(ParseIsoTimeTest, AcceptsEverySpellingOfAnInstant) {
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.123456+00:00"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.123456Z"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.123456"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01 09:30:00.123456"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01T11:30:00.123456+02:00"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01T03:45:00.123456-05:45"), kMay1);
  EXPECT_EQ(Parsed("2026-05-02T00:00:00.123456+14:30"), kMay1);
}

// Goal: a fraction of any length is read to the microsecond and never rounded up to a time that has
// not come.
TEST(ParseIsoTimeTest, ReadsFractionsOfAnyLength) {
  const int64_t whole = kMay1 - 123'456;
  EXPECT_EQ(Parsed("2026-05-01T09:30:00Z"), whole);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.5Z"), whole + 500'000);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.000001Z"), whole + 1);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.1234569999Z"), kMay1);
  EXPECT_EQ(Parsed("2026-05-01T09:30:00.99999999999999999999999999Z"), whole + 999'999);
}

// Goal: the ends of the range and of the calendar are where they should be.
TEST(ParseIsoTimeTest, KnowsTheCalendar) {
  EXPECT_EQ(Parsed("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Parsed("9999-12-31T23:59:59.999999Z"), kTimeMicrosMax);
  EXPECT_EQ(Parsed("2024-02-29T00:00:00Z"), 1'709'164'800'000'000);
  EXPECT_EQ(Parsed("2000-02-29T00:00:00Z"), 951'782'400'000'000);
}

// Goal: what is not exactly a time in range is refused, not guessed at.
TEST(ParseIsoTimeTest, RefusesEverythingElse) {
  for (const std::string_view text : {"",
                                      "2026",
                                      "2026-05-01",
                                      "2026-05-01T",
                                      "2026-05-01T09:30",
                                      "2026-05-01T09:30Z",
                                      "2026-5-01T09:30:00Z",
                                      "2026-05-1T09:30:00Z",
                                      "26-05-01T09:30:00Z",
                                      "2026-05-01T9:30:00Z",
                                      "2026-00-01T09:30:00Z",
                                      "2026-13-01T09:30:00Z",
                                      "2026-05-00T09:30:00Z",
                                      "2026-05-32T09:30:00Z",
                                      "2026-04-31T09:30:00Z",
                                      "2025-02-29T09:30:00Z",
                                      "2100-02-29T09:30:00Z",
                                      "2026-05-01T24:00:00Z",
                                      "2026-05-01T09:60:00Z",
                                      "2026-05-01T09:30:60Z",
                                      "2026-05-01T09:30:00.Z",
                                      "2026-05-01T09:30:00.",
                                      "2026-05-01T09:30:00,5Z",
                                      "2026-05-01t09:30:00Z",
                                      "2026-05-01T09:30:00z",
                                      "2026-05-01T09:30:00+00",
                                      "2026-05-01T09:30:00+0000",
                                      "2026-05-01T09:30:00+24:00",
                                      "2026-05-01T09:30:00+00:60",
                                      "2026-05-01T09:30:00+0:00",
                                      "2026-05-01T09:30:00ZZ",
                                      "2026-05-01T09:30:00Z ",
                                      " 2026-05-01T09:30:00Z",
                                      "2026-05-01  09:30:00Z",
                                      "2026-05-01T09:30:00 +00:00",
                                      "+026-05-01T09:30:00Z",
                                      "2026-05-01T09:30:-1Z",
                                      "1969-12-31T23:59:59Z",
                                      "1970-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01",
                                      "10000-01-01T00:00:00Z",
                                      "1777627800",
                                      "now"}) {
    const Result<int64_t> micros = ParseIsoTime(text);
    ASSERT_FALSE(micros.ok()) << text;
    EXPECT_EQ(micros.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(ParseIsoTime(std::string_view("2026-05-01T09:30:00\0Z", 21)).ok());
}

TEST(FormatTimeTest, WritesTheFormEachReaderExpects) {
  EXPECT_EQ(FormatAdminTime(kMay1), "2026-05-01T09:30:00.123456Z");
  EXPECT_EQ(FormatDocumentTime(kMay1), "2026-05-01T09:30:00.123456+00:00");
  EXPECT_EQ(FormatHttpDate(kMay1), "Fri, 01 May 2026 09:30:00 GMT");
  EXPECT_EQ(FormatDocumentTime(1'735'229'888'765'625), "2024-12-26T16:18:08.765625+00:00");
  EXPECT_EQ(FormatAdminTime(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatHttpDate(784'111'777'000'000), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's
  EXPECT_EQ(FormatAdminTime(kTimeMicrosMax), "9999-12-31T23:59:59.999999Z");
}

// Goal: what we write we read back, to the microsecond, over the whole range.
TEST(FormatTimeTest, RoundTrips) {
  Random random(20260501);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t micros = random.Between(0, kTimeMicrosMax);
    ASSERT_EQ(Parsed(FormatAdminTime(micros)), micros);
    ASSERT_EQ(Parsed(FormatDocumentTime(micros)), micros);
    const Result<int64_t> day = ParseIsoDay(FormatIsoDay(DayOf(micros)));
    ASSERT_TRUE(day.ok());
    ASSERT_EQ(*day, DayOf(micros));
  }
}

TEST(IsoDayTest, CountsDaysSince1970) {
  EXPECT_EQ(*ParseIsoDay("1970-01-01"), 0);
  EXPECT_EQ(*ParseIsoDay("2026-05-01"), 20'574);
  EXPECT_EQ(FormatIsoDay(20'574), "2026-05-01");
  EXPECT_EQ(DayOf(kMay1), 20'574);
  EXPECT_EQ(DayOf(86'400'000'000 - 1), 0);
  EXPECT_EQ(DayOf(86'400'000'000), 1);
  for (const std::string_view text : {"", "2026-05", "2026-05-01T", "2026-02-30", "1969-12-31"}) {
    EXPECT_FALSE(ParseIsoDay(text).ok()) << text;
  }
}

}  // namespace
}  // namespace flagstream::wire
