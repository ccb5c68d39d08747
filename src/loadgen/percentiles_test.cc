// SPDX-License-Identifier: Apache-2.0
#include "loadgen/percentiles.h"

#include <gtest/gtest.h>

namespace flagstream::loadgen {
namespace {

// Goal: percentiles by nearest rank, whatever the order of the values.

TEST(PercentileTest, IsTheNearestRank) {
  std::vector<double> values{5, 1, 4, 2, 3};
  EXPECT_EQ(Percentile(values, 50), 3);
  EXPECT_EQ(Percentile(values, 99), 5);
  EXPECT_EQ(Percentile(values, 100), 5);
  EXPECT_EQ(Percentile(values, 0), 1);
}

TEST(PercentileTest, OfNothingIsZero) {
  std::vector<double> values;
  EXPECT_EQ(Percentile(values, 50), 0);
}

TEST(PeakRateTest, IsOfTheFullestWindow) {
  const std::vector<double> times{0, 10, 20, 90, 91, 92, 93, 189};
  EXPECT_EQ(PeakRate(times, std::chrono::milliseconds(50)), 4 * 20);
  EXPECT_EQ(PeakRate(times, std::chrono::milliseconds(100)), 7 * 10);
  EXPECT_EQ(PeakRate(times, std::chrono::milliseconds(1)), 1 * 1'000);
  EXPECT_EQ(PeakRate({}, std::chrono::milliseconds(50)), 0);
}

}  // namespace
}  // namespace flagstream::loadgen
