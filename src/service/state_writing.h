// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "service/access.h"
#include "service/feature_states.h"
#include "service/state_weights.h"
#include "service/writing.h"
#include "store/records.h"

// What all ways of changing a feature state share.
namespace flagstream::service {

// Stores what `input` changes in `state`, with stamp and audit row, or does nothing if that is
// nothing. The environment is held.
Result<void> ChangeState(Writing& writing, const EnvironmentAccess& access,
                         store::FeatureState& state, const FeatureStateInput& input);

// Gives a new state, which is stored, its first weights.
Result<void> GiveWeights(Writing& writing, const store::FeatureState& state,
                         const std::vector<StateWeight>& weights);

// kConflict, in the reference's words: a second state for what has one.
Error StateExists();

// The audit row of a state: default of an environment, or override of an identity or a segment.
// Before a deletion.
Result<void> AuditState(Writing& writing, const EnvironmentAccess& access,
                        const store::FeatureState& state, ChangeType type, ChangeList changes);

}  // namespace flagstream::service
