// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "service/limits.h"
#include "telemetry/registry.h"

namespace flagstream::service {

// How often what someone wanted to make was refused at each limit. Safe from any thread.
class LimitRefusals {
 public:
  explicit LimitRefusals(telemetry::Registry& registry);

  void Count(Limit limit) const { counters_[static_cast<size_t>(limit)]->Add(); }

 private:
  std::vector<telemetry::Counter*> counters_;  // in the order of the limits
};

}  // namespace flagstream::service
