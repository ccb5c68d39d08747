// SPDX-License-Identifier: Apache-2.0
#include "loadgen/change_tally.h"

namespace flagstream::loadgen {

void ChangeTally::Add(const Delivery& delivery) {
  if (delivery.stamp <= stamp_before_ || delivery.stamp < stamp_) return;
  if (delivery.stamp > stamp_) told_at_.clear();
  stamp_ = delivery.stamp;
  told_at_.push_back(delivery.at);
}

std::vector<Time> ChangeTally::ToldAtPercents() const {
  std::vector<Time> percents;
  if (told_at_.empty()) return percents;
  for (size_t percent = 1; percent <= 100; ++percent) {
    const size_t rank = (percent * told_at_.size() + 99) / 100;  // nearest rank, from 1
    percents.push_back(told_at_[rank - 1]);
  }
  return percents;
}

}  // namespace flagstream::loadgen
