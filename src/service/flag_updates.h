// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "flags/value.h"
#include "service/context.h"
#include "service/feature_state_view.h"
#include "service/state_weights.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// What a flag serves somewhere in an environment, as far as a request says.
struct ServedPart {
  Given<bool> enabled;
  Given<flags::FlagValue> value;
  Given<std::vector<StateWeight>> weights;  // of all options of the feature
};

struct SegmentPart {
  SegmentId segment;
  std::optional<int64_t> priority;  // no two overrides may end with the same
  ServedPart served;
};

struct FlagChange {
  Given<ServedPart> environment_default;
  Given<std::vector<SegmentPart>> segment_overrides;
  // Of a part that is given, what it does not say is reset: the default is off and null, an
  // override is as the default, overrides that are not listed go. Else it stays.
  bool replace = false;
};

struct FlagOverride {
  store::FeatureSegment link;
  FeatureStateView served;
};

// All that a flag serves in an environment but for identities with overrides of their own.
struct FlagView {
  FeatureStateView environment_default;
  std::vector<FlagOverride> segment_overrides;  // ascending by priority
};

// Whole flags read and written in one call. Whoever may not see the environment gets kNotFound;
// where changes need approval, writes are a kConflict. A write stamps the environment once, if
// anything changed.
class FlagUpdates {
 public:
  explicit FlagUpdates(const Context& context) : context_(context) {}

  Result<FlagView> Get(const auth::Principal& caller, const std::string& environment,
                       FeatureId feature);
  Result<Written<FlagView>> Update(const auth::Principal& caller, const std::string& environment,
                                   FeatureId feature, const FlagChange& change);
  Result<Written<FlagView>> RemoveOverride(const auth::Principal& caller,
                                           const std::string& environment, FeatureId feature,
                                           SegmentId segment);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
