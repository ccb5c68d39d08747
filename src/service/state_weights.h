// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "service/change_list.h"
#include "store/records.h"
#include "store/store.h"

// How much of its identities a feature state gives each option of its feature.
namespace flagstream::service {

struct StateWeight {
  MultivariateOptionId option;
  double percentage = 0;
};

// As stored, ascending by id, which is the order of choice.
using WeightRows = std::vector<store::MultivariateFeatureStateValue>;

Result<WeightRows> FindWeights(store::Reader& reader, int64_t state);
// By state; those without any are left out.
Result<std::unordered_map<int64_t, WeightRows>> FindWeightsOfAll(
    store::Reader& reader, const std::vector<int64_t>& states);

// The same weights, to be given to another state.
std::vector<StateWeight> CopyWeights(const WeightRows& rows);

// Whether these name options of the feature, each once, from 0 to 100 % and not above 100 % in
// all; in the field that the reference names.
Result<void> CheckWeights(store::Reader& reader, FeatureId feature,
                          const std::vector<StateWeight>& weights);

// Gives the state, which is stored, these weights and no others. Rows of options that have one
// already are kept, so that identities keep their variants. Notes what changed.
Result<void> SetWeights(store::Transaction& tx, int64_t state,
                        const std::vector<StateWeight>& weights, ChangeList& changes);

}  // namespace flagstream::service
