// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "flags/environment.h"
#include "flags/value.h"
#include "service/access.h"
#include "store/store.h"

namespace flagstream::service {

// What an identity is served for one feature, and why.
struct IdentityFeature {
  struct SegmentName {
    SegmentId id;
    std::string name;
  };
  struct NamedWeight {
    flags::FlagValue value;  // of the option
    double percentage = 0;
  };

  FeatureId feature;
  std::string name;
  flags::FeatureType type = flags::FeatureType::kStandard;
  bool enabled = false;
  flags::FlagValue value;  // of the variant that the identity is given, if the feature has some
  bool is_own_override = false;
  std::optional<SegmentName> segment;  // whose override it is
  std::vector<NamedWeight> weights;    // of the winning state
};

// Of all features of the project, ascending by feature.
Result<std::vector<IdentityFeature>> ListIdentityFeatures(store::Reader& reader,
                                                          const IdentityAccess& access);

}  // namespace flagstream::service
