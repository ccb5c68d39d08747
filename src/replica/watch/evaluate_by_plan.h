// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "flags/evaluation.h"

namespace flagstream::replica {

// For tests: what flags::EvaluateIdentity does, but an identity with the trait "plan" is served its
// text as the value of the first feature.
flags::IdentityFlags EvaluateByPlan(const flags::Snapshot& snapshot, std::string_view identifier,
                                    const std::vector<flags::Trait>& traits);

}  // namespace flagstream::replica
