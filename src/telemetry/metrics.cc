// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/assert.h"

namespace flagstream::telemetry {

uint64_t HistogramCounts::Total() const {
  return std::accumulate(buckets.begin(), buckets.end(), uint64_t{0});
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()),
      buckets_(std::make_unique<std::atomic<uint64_t>[]>(bounds.size() + 1)) {
  FLAGSTREAM_ASSERT(!bounds_.empty());
  FLAGSTREAM_ASSERT(
      std::all_of(bounds_.begin(), bounds_.end(), [](double b) { return std::isfinite(b); }));
  FLAGSTREAM_ASSERT(std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>()) ==
                    bounds_.end());
}

void Histogram::Observe(double value, uint64_t count) {
  if (std::isnan(value)) return;
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(count, std::memory_order_relaxed);
  sum_.fetch_add(value * static_cast<double>(count), std::memory_order_relaxed);
}

HistogramCounts Histogram::Counts() const {
  HistogramCounts counts;
  counts.buckets.reserve(bounds_.size() + 1);
  for (size_t i = 0; i <= bounds_.size(); ++i) {
    counts.buckets.push_back(buckets_[i].load(std::memory_order_relaxed));
  }
  counts.sum = sum_.load(std::memory_order_relaxed);
  return counts;
}

std::span<const double> PropagationBuckets() {
  static constexpr std::array kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
  return kBounds;
}

std::span<const double> DurationBuckets() {
  static constexpr std::array kBounds = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                         0.0025,  0.005,    0.01,    0.025,  0.05,    0.1,    0.25,
                                         0.5,     1.0,      2.5,     5.0,    10.0};
  return kBounds;
}

}  // namespace flagstream::telemetry
