// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "telemetry/registry.h"

namespace flagstream::telemetry {

// What is counted when something is refused because a limit is reached: one metric for all limits,
// which are told apart by their names ("features_per_project").
Counter& AddLimitRefusals(Registry& registry, std::string_view limit);

}  // namespace flagstream::telemetry
