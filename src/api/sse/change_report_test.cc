// SPDX-License-Identifier: Apache-2.0
#include "api/sse/change_report.h"

#include <gtest/gtest.h>

namespace flagstream::api {
namespace {

// Goal: every spelling of a report that a Flagsmith may send is read, whether by the short way or
// by the long one.

constexpr int64_t kSecond = 1'777'627'800'000'000;  // 2026-05-01T09:30:00Z

TEST(ChangeReport, ReadsTheUsualBody) {
  const auto stamp = ParseChangeReport(R"({"updated_at": "2026-05-01T09:30:00.123456+00:00"})");
  ASSERT_TRUE(stamp.ok());
  EXPECT_EQ(stamp->micros(), kSecond + 123'456);
}

TEST(ChangeReport, ReadsAnyOtherJson) {
  for (const std::string_view body :
       {R"({"updated_at":"2026-05-01T09:30:00+00:00"})", R"({"updated_at": "2026-05-01T09:30:00"})",
        R"( {"updated_at" : "2026-05-01T09:30:00Z"} )",
        R"({"more":[1],"updated_at":"2026-05-01T11:30:00+02:00"})",
        R"({"updated_at":"2026-05-01T09:30:\u0030\u0030Z"})",
        R"({"updated_at":"2026-05-01T09:30:00.0Z","updated_by":"x"})"}) {
    const auto stamp = ParseChangeReport(body);
    ASSERT_TRUE(stamp.ok()) << body;
    EXPECT_EQ(stamp->micros(), kSecond) << body;
  }
}

TEST(ChangeReport, SaysWhatIsWrong) {
  const auto field_of = [](std::string_view body) {
    const auto stamp = ParseChangeReport(body);
    if (stamp.ok()) return std::string("none");
    EXPECT_EQ(stamp.error().code(), ErrorCode::kInvalidArgument);
    return stamp.error().fields().empty() ? "detail" : "field " + stamp.error().fields()[0].field;
  };
  EXPECT_EQ(field_of(""), "detail");
  EXPECT_EQ(field_of(R"({"updated_at": "2026-05-01T09:30:00)"), "detail");
  EXPECT_EQ(field_of(R"({"updated_at": "2026-05-01T09:30:00Z"}})"), "detail");
  EXPECT_EQ(field_of("[]"), "field ");
  EXPECT_EQ(field_of("{}"), "field updated_at");
  EXPECT_EQ(field_of(R"({"updated_at": 1777627800})"), "field updated_at");
  EXPECT_EQ(field_of(R"({"updated_at": "yesterday"})"), "field updated_at");
  EXPECT_EQ(field_of(R"({"updated_at": "1970-01-01T00:00:00Z"})"), "field updated_at");
}

}  // namespace
}  // namespace flagstream::api
