// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <thread>
#include <vector>

namespace flagstream::telemetry {
namespace {

constexpr std::array kBounds = {1.0, 2.5, 10.0};

TEST(CounterTest, AddsUp) {
  Counter counter;
  counter.Add();
  counter.Add(41);
  EXPECT_EQ(counter.value(), 42u);
}

// Goal: nothing is lost when several threads count in one cell.
TEST(CounterTest, CountsFromSeveralThreads) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 10'000; ++n) counter.Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40'000u);
}

TEST(GaugeTest, GoesUpAndDown) {
  Gauge gauge;
  gauge.Add(3);
  gauge.Add(-5);
  EXPECT_EQ(gauge.value(), -2);
  gauge.Set(7);
  EXPECT_EQ(gauge.value(), 7);
}

// Goal: a value on a bound belongs to that bound's bucket ("le"), one above all has its place too.
TEST(HistogramTest, PutsValuesBetweenBounds) {
  Histogram histogram(kBounds);
  for (const double value : {0.0, 1.0, 1.0001, 2.5, 9.0, 10.0, 10.5, -1.0})
    histogram.Observe(value);
  const HistogramCounts counts = histogram.Counts();
  EXPECT_EQ(counts.buckets, (std::vector<uint64_t>{3, 2, 2, 1}));
  EXPECT_EQ(counts.Total(), 8u);
  EXPECT_DOUBLE_EQ(counts.sum, 0.0 + 1.0 + 1.0001 + 2.5 + 9.0 + 10.0 + 10.5 - 1.0);
}

TEST(HistogramTest, ObservesManyAtOnce) {
  Histogram histogram(kBounds);
  histogram.Observe(2.0, 256);
  EXPECT_EQ(histogram.Counts().buckets, (std::vector<uint64_t>{0, 256, 0, 0}));
  EXPECT_DOUBLE_EQ(histogram.Counts().sum, 512.0);
}

TEST(HistogramTest, LeavesOutWhatIsNoNumber) {
  Histogram histogram(kBounds);
  histogram.Observe(NAN);
  histogram.Observe(INFINITY);
  EXPECT_EQ(histogram.Counts().buckets, (std::vector<uint64_t>{0, 0, 0, 1}));
}

TEST(HistogramTest, PropagationBucketsReachFromATenthOfAMillisecondToTenSeconds) {
  EXPECT_DOUBLE_EQ(PropagationBuckets().front(), 0.0001);
  EXPECT_DOUBLE_EQ(PropagationBuckets().back(), 10.0);
}

TEST(HistogramDeathTest, AsksForRisingBounds) {
  EXPECT_DEATH(Histogram(std::array{1.0, 1.0}), "adjacent_find");
}

}  // namespace
}  // namespace flagstream::telemetry
