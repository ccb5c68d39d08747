// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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
  std::vector<store::User> owners = {};                 // ascending by id
  std::vector<int64_t> tags = {};                       // ascending
  std::vector<store::MultivariateOption> options = {};  // ascending by id
  // Set when an environment was asked for.
  std::optional<FeatureStateView> environment_state = {};
  // Set when a segment was asked for that overrides the feature there.
  std::optional<FeatureStateView> segment_state = {};
  std::optional<int64_t> identity_overrides = {};  // unset: none
  int64_t segment_overrides = 0;
};

// What views of features are to show beside the features.
struct FeatureViewScope {
  std::optional<EnvironmentId> environment = {};
  std::optional<SegmentId> segment = {};  // in that environment
};

// Views of these features, in their order, in a fixed number of queries.
Result<std::vector<FeatureView>> ViewFeatures(store::Reader& reader,
                                              std::vector<store::Feature> features,
                                              const FeatureViewScope& scope);
Result<FeatureView> ViewFeature(store::Reader& reader, store::Feature feature);

}  // namespace flagstream::service
