// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "wire/error_body.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: counts are taken where they make sense, and no report is refused for a single bad one.

TEST(AnalyticsTest, LeavesOutWhatIsNoPositiveInteger) {
  const auto counts =
      ParseAnalytics(R"({"a":3,"b":0,"c":-1,"d":1.5,"e":"2","f":true,"g":null,"h":{"x":1},"i":4})");
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(*counts, (std::vector<FeatureCount>{{"a", 3}, {"i", 4}}));
}

TEST(AnalyticsTest, RefusesWhatIsNoObject) {
  const auto counts = ParseAnalytics("[1]");
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(EncodeErrorBody(counts.error()), R"({"non_field_errors":["Expected a JSON object."]})");
}

TEST(AnalyticsTest, TakesABoundedNumber) {
  std::string body = "{";
  for (size_t i = 0; i <= kFeatureCountsMax; ++i) {
    body += '"' + std::to_string(i) + (i == kFeatureCountsMax ? "\":1}" : "\":1,");
  }
  EXPECT_EQ(ParseAnalytics(body)->size(), kFeatureCountsMax);
}

TEST(AnalyticsV2Test, Reads) {
  const auto counts = ParseAnalyticsV2(
      R"({"evaluations":[{"feature_name":"a","count":3,"enabled_when_evaluated":true},
                         {"feature_name":"b","count":-3,"identity_identifier":"x"}]})");
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(*counts, (std::vector<FeatureCount>{{"a", 3}}));
}

TEST(AnalyticsV2Test, RefusesWhatIsMissing) {
  EXPECT_EQ(EncodeErrorBody(ParseAnalyticsV2("{}").error()),
            R"({"evaluations":["This field is required."]})");
  EXPECT_EQ(EncodeErrorBody(ParseAnalyticsV2(R"({"evaluations":[{"count":1}]})").error()),
            R"({"evaluations":[{"feature_name":["This field is required."]}]})");
}

}  // namespace
}  // namespace flagstream::wire
