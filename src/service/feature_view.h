// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "service/feature_state_view.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// A feature as the API shows it.
struct FeatureView {
  store::Feature feature;
  std::vector<store::User> owners;  // ascending by id
  // Set when an environment was asked for.
  std::optional<FeatureStateView> environment_state;
  std::optional<int64_t> identity_overrides;  // unset: none
  int64_t segment_overrides = 0;
};

// Views of these features, in their order, in a fixed number of queries.
Result<std::vector<FeatureView>> ViewFeatures(store::Reader& reader,
                                              std::vector<store::Feature> features,
                                              std::optional<EnvironmentId> environment);
Result<FeatureView> ViewFeature(store::Reader& reader, store::Feature feature);

}  // namespace flagstream::service
