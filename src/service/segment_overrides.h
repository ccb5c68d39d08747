// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "flags/value.h"
#include "service/context.h"
#include "service/feature_segments.h"
#include "service/feature_state_view.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// A feature segment as the API shows it.
struct FeatureSegmentView {
  store::FeatureSegment row;
  std::string segment_name;
  bool is_feature_specific = false;
};

struct NewFeatureSegmentInput {
  FeatureId feature;
  SegmentId segment;
  EnvironmentId environment;
};

// What a body says a feature segment belongs to; kInvalidArgument if that is something else.
struct FeatureSegmentUpdate {
  Given<FeatureId> feature;
  Given<SegmentId> segment;
  Given<EnvironmentId> environment;
};

struct SegmentOverrideInput {
  SegmentId segment;
  std::optional<int64_t> priority;  // unset: the last
  bool enabled = false;
  flags::FlagValue value;
  std::vector<StateWeight> weights = {};
};

struct SegmentOverride {
  store::FeatureSegment feature_segment;
  FeatureStateView state;
};

// The use cases of segment overrides, as rows of their own and in one call with their states.
class SegmentOverrides {
 public:
  explicit SegmentOverrides(const Context& context) : context_(context) {}

  // Ascending by priority.
  Result<PageOf<FeatureSegmentView>> List(const auth::Principal& caller, EnvironmentId environment,
                                          FeatureId feature, const Page& page);
  Result<FeatureSegmentView> Get(const auth::Principal& caller, FeatureSegmentId id);
  Result<FeatureSegmentView> GetByUuid(const auth::Principal& caller, const std::string& uuid);

  // Without a state, which overrides nothing: nobody is told.
  Result<Written<store::FeatureSegment>> Create(const auth::Principal& caller,
                                                const NewFeatureSegmentInput& input);
  // There is nothing in it to change.
  Result<store::FeatureSegment> Update(const auth::Principal& caller, FeatureSegmentId id,
                                       const FeatureSegmentUpdate& update);
  // With its state.
  Result<Written<Done>> Delete(const auth::Principal& caller, FeatureSegmentId id);
  // All of one feature in one environment, else kInvalidArgument. Returns those that were named, in
  // that order.
  Result<Written<std::vector<FeatureSegmentView>>> Move(const auth::Principal& caller,
                                                        const std::vector<PriorityMove>& moves);

  // With its state.
  Result<Written<SegmentOverride>> CreateWithState(const auth::Principal& caller,
                                                   const std::string& environment,
                                                   FeatureId feature,
                                                   const SegmentOverrideInput& input);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
