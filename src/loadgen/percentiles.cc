// SPDX-License-Identifier: Apache-2.0
#include "loadgen/percentiles.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace flagstream::loadgen {

double Percentile(std::vector<double>& values, double percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  const auto index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  return values[std::min(index, values.size() - 1)];
}

double PeakRate(std::span<const double> times_ms, std::chrono::milliseconds window) {
  const auto window_ms = static_cast<double>(window.count());
  size_t most = 0;
  size_t first = 0;
  for (size_t last = 0; last < times_ms.size(); ++last) {
    while (times_ms[last] - times_ms[first] >= window_ms) ++first;
    most = std::max(most, last - first + 1);
  }
  return static_cast<double>(most) * 1'000 / window_ms;
}

}  // namespace flagstream::loadgen
