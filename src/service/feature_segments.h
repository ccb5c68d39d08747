// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "flags/value.h"
#include "service/access.h"
#include "service/limits.h"
#include "service/writing.h"
#include "store/records.h"
#include "store/store.h"

// The rows by which segments override features, and their order: pieces for every use case that
// makes, moves or removes a segment override. The caller holds the environment. The priorities of
// one feature in one environment are 0, 1, 2 and so on; the lowest wins.
namespace flagstream::service {

// Ascending by priority.
Result<std::vector<store::FeatureSegment>> FindFeatureSegments(store::Reader& reader,
                                                               EnvironmentId environment,
                                                               FeatureId feature);

struct FeatureSegmentInput {
  FeatureId feature;  // of the environment's project
  SegmentId segment;
  // Those at this place and behind it move down; unset or past the end: the last.
  std::optional<int64_t> priority;
};

// Stores one without a state, so that it overrides nothing yet. kInvalidArgument if there is no
// such segment in the project, if it is for another feature alone, if it overrides the feature
// already, or if the environment is full.
Result<store::FeatureSegment> AddFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                                const FeatureSegmentInput& input,
                                                const Limits& limits);

// The audit row of one that has no state.
Result<void> AuditFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                 const store::FeatureSegment& feature_segment, ChangeType type);

// The state that hangs on a feature segment, if it has one.
Result<std::optional<store::FeatureState>> FindOverrideState(store::Reader& reader,
                                                             FeatureSegmentId id);

// Gives a feature segment its state, with stamp and audit row. kInvalidArgument if it has one.
Result<store::FeatureState> AddOverrideState(Writing& writing, const EnvironmentAccess& access,
                                             const store::FeatureSegment& feature_segment,
                                             bool enabled, const flags::FlagValue& value);

// With its state; those behind it move up. Stamps if anything was served by it.
Result<void> RemoveFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                  const store::FeatureSegment& feature_segment);

struct PriorityMove {
  FeatureSegmentId id;
  int64_t priority = 0;  // from 0; past the end: the last
};

// `all`, ascending by priority, in the order that the moves give: those that are moved stand at
// their new places, the others keep their order among each other. Of two moves to one place the
// first stands first.
std::vector<store::FeatureSegment> ApplyMoves(std::vector<store::FeatureSegment> all,
                                              const std::vector<PriorityMove>& moves);

// Gives all of one feature in one environment their priorities, in the order they are listed, with
// stamp and audit row if that changes anything.
Result<void> OrderFeatureSegments(Writing& writing, const EnvironmentAccess& access,
                                  std::vector<store::FeatureSegment>& ordered);

// After some went: the others move up. Returns whether any did. Neither stamps nor audits.
Result<bool> CloseGaps(Writing& writing, EnvironmentId environment, FeatureId feature);

}  // namespace flagstream::service
