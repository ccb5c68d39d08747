// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <vector>

namespace flagstream::loadgen {

// The smallest value that at least `percent` of all are not above (nearest rank). `values` is
// sorted by the call; 0 if it is empty.
double Percentile(std::vector<double>& values, double percent);

// The most of `times_ms`, which ascend, that lie within one `window`, as a number per second.
double PeakRate(std::span<const double> times_ms, std::chrono::milliseconds window);

}  // namespace flagstream::loadgen
