// SPDX-License-Identifier: Apache-2.0
#include "telemetry/limit_refusals.h"

#include <string>

namespace flagstream::telemetry {

Counter& AddLimitRefusals(Registry& registry, std::string_view limit) {
  return registry.AddCounter("flagstream_limit_refusals_total",
                             "What was refused because a limit is reached, by the limit's name.",
                             {{"limit", std::string(limit)}});
}

}  // namespace flagstream::telemetry
