// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace flagstream::telemetry {
namespace {

std::string Sample(double value) {
  std::string out;
  AppendSample(out, "x", {}, value);
  return out;
}

TEST(PrometheusTest, WritesHelpAndType) {
  std::string out;
  AppendHeader(out, "streams_open", "Streams \"open\" now.\nC:\\ too.", MetricType::kGauge);
  EXPECT_EQ(out,
            "# HELP streams_open Streams \"open\" now.\\nC:\\\\ too.\n# TYPE streams_open gauge\n");
}

TEST(PrometheusTest, EscapesLabelValues) {
  std::string out;
  AppendSample(out, "requests_total", {{"route", "a\"b\\c\nd"}, {"status", "200"}}, uint64_t{7});
  EXPECT_EQ(out, "requests_total{route=\"a\\\"b\\\\c\\nd\",status=\"200\"} 7\n");
}

TEST(PrometheusTest, WritesNumbersAsShortAsTheyAreExact) {
  EXPECT_EQ(Sample(0.1), "x 0.1\n");
  EXPECT_EQ(Sample(3), "x 3\n");
  EXPECT_EQ(Sample(-2.5), "x -2.5\n");
  EXPECT_EQ(Sample(NAN), "x NaN\n");
  EXPECT_EQ(Sample(-INFINITY), "x -Inf\n");
  std::string out;
  AppendSample(out, "x", {}, UINT64_MAX);
  EXPECT_EQ(out, "x 18446744073709551615\n");
}

// Goal: buckets are cumulative, the last is all, and equals the count.
TEST(PrometheusTest, WritesHistogramsCumulatively) {
  std::string out;
  const std::array bounds = {0.5, 1.0};
  AppendHistogram(out, "wait_seconds", {{"shard", "0"}}, bounds,
                  {.buckets = {1, 2, 4}, .sum = 9.5});
  EXPECT_EQ(out,
            "wait_seconds_bucket{shard=\"0\",le=\"0.5\"} 1\n"
            "wait_seconds_bucket{shard=\"0\",le=\"1\"} 3\n"
            "wait_seconds_bucket{shard=\"0\",le=\"+Inf\"} 7\n"
            "wait_seconds_sum{shard=\"0\"} 9.5\n"
            "wait_seconds_count{shard=\"0\"} 7\n");
}

TEST(PrometheusTest, KnowsGoodNames) {
  for (const auto* name : {"a", "_a", "flagstream_streams_open", "a:b9"})
    EXPECT_TRUE(IsMetricName(name)) << name;
  for (const auto* name : {"", "9a", "a-b", "a b", "é"}) EXPECT_FALSE(IsMetricName(name)) << name;
  EXPECT_TRUE(IsLabelName("route"));
  for (const auto* name : {"", "a:b", "__name", "9"}) EXPECT_FALSE(IsLabelName(name)) << name;
}

}  // namespace
}  // namespace flagstream::telemetry
