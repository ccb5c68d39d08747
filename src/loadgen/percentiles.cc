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

}  // namespace flagstream::loadgen
