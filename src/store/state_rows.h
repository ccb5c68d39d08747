// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "flags/environment.h"
#include "store/query.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::store {

// What of a row of feature_state is served, and what it belongs to beside its feature.
struct StateRow {
  flags::FeatureState state;  // without its variants
  std::optional<int64_t> identity_id;
  std::optional<int64_t> feature_segment_id;
};

Result<std::vector<StateRow>> FindStates(Reader& reader, const Select<FeatureState>& select);

// Gives multivariate features their options, and the states of these features their variants.
Result<void> ReadVariants(Reader& reader, flags::Environment& environment);

}  // namespace flagstream::store
