// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "loadgen/stream_fleet.h"

namespace flagstream::loadgen {

// How many streams of a fleet were told of the newest change, and when. Older changes are
// forgotten: whoever was told of one alone will be told of the newest as well.
class ChangeTally {
 public:
  // Changes are newer than `stamp_before`.
  explicit ChangeTally(double stamp_before) : stamp_before_(stamp_before), stamp_(stamp_before) {}

  // In the order in which the fleet reports them.
  void Add(const Delivery& delivery);

  // Of the newest change; `stamp_before` if there was none.
  double stamp() const { return stamp_; }
  size_t reached() const { return told_at_.size(); }
  // When each percent of those who were told had been, from the first to the hundredth; empty
  // before the first.
  std::vector<Time> ToldAtPercents() const;

 private:
  const double stamp_before_;
  double stamp_;
  std::vector<Time> told_at_;  // ascends
};

}  // namespace flagstream::loadgen
