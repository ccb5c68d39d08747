// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "flags/value.h"
#include "service/state_weights.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// A feature state as the API shows it.
struct FeatureStateView {
  store::FeatureState state;
  flags::FlagValue value;
  std::string identifier;  // of the identity, if it is an override of one
  WeightRows weights = {};
};

// Views of these states, in their order, in a fixed number of queries. kCorrupt if a stored value
// cannot be read.
Result<std::vector<FeatureStateView>> ViewStates(store::Reader& reader,
                                                 std::vector<store::FeatureState> states);
Result<FeatureStateView> ViewState(store::Reader& reader, store::FeatureState state);

// Without weights.
Result<FeatureStateView> ViewState(store::FeatureState state, std::string identifier = "");

}  // namespace flagstream::service
