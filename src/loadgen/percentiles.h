// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace flagstream::loadgen {

// The smallest value that at least `percent` of all are not above (nearest rank). `values` is
// sorted by the call; 0 if it is empty.
double Percentile(std::vector<double>& values, double percent);

}  // namespace flagstream::loadgen
