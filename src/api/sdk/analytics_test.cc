// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: reports of evaluations are counted and thanked for in the one way that no SDK takes for a
// failure.

using AnalyticsTest = SdkTestCase;
using Counts = std::map<std::pair<int64_t, int64_t>, int64_t>;

TEST_F(AnalyticsTest, CountsFeaturesItKnows) {
  const auto answer = Post("/api/v1/analytics/flags/", R"({"banner":3,"nope":1,"beta":2})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->Header("Content-Type"), "application/json");
  EXPECT_FALSE(answer->Has(kStampHeader));
  Post("/api/v1/analytics/flags", R"({"banner":4})", kServerKey);
  EXPECT_EQ(usage_.counts, (Counts{{{1, 1}, 7}, {{1, 3}, 2}}));
}

TEST_F(AnalyticsTest, OddCountsAreLeftOut) {
  const auto answer = Post("/api/v1/analytics/flags/", R"({"banner":-1,"beta":1.5,"secret":"2"})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(usage_.counts, Counts{});
}

TEST_F(AnalyticsTest, RefusesWhatIsNoObject) {
  const auto answer = Post("/api/v1/analytics/flags/", "[1]");
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(answer->body, R"({"non_field_errors":["Expected a JSON object."]})");
  EXPECT_EQ(Post("/api/v1/analytics/flags/", "{", kClientKey)->status, 400);
  EXPECT_EQ(Post("/api/v1/analytics/flags/", "{}", "nope")->status, 403);
}

TEST_F(AnalyticsTest, TheSecondVersionAnswersWithNothing) {
  const auto answer = Post("/api/v2/analytics/flags/",
                           R"({"evaluations":[{"feature_name":"banner","count":5,)"
                           R"("enabled_when_evaluated":true,"identity_identifier":"alice"}]})");
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(usage_.counts, (Counts{{{1, 1}, 5}}));
}

TEST_F(AnalyticsTest, OtherMediaTypesAreRefused) {
  const auto answer = Ask(net::RequestBuilder("POST", "/api/v1/analytics/flags/")
                              .Header("X-Environment-Key", kClientKey)
                              .Header("Content-Type", "text/plain")
                              .Body("{}")
                              .Build());
  EXPECT_EQ(answer->status, 415);
  EXPECT_EQ(answer->body, R"({"detail":"Unsupported media type \"text/plain\" in request."})");
}

}  // namespace
}  // namespace flagstream::api
