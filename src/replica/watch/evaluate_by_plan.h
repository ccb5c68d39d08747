// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flags/evaluation.h"

namespace flagstream::replica {

// For tests: what flags::EvaluateIdentity does, but an identity with the trait "plan" is served its
// text as the value of the first feature.
flags::IdentityFlags EvaluateByPlan(const flags::Snapshot& snapshot,
                                    const flags::EvaluatedIdentity& identity);

}  // namespace flagstream::replica
