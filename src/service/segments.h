// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/feature_state_view.h"
#include "service/paging.h"
#include "service/segment_rules.h"
#include "service/segment_view.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct SegmentInput {
  std::string name;
  std::optional<std::string> description;
  std::optional<FeatureId> feature;  // set: it may override only this feature
  std::vector<RuleInput> rules;
};

struct SegmentUpdate {
  Given<std::string> name;
  Given<std::optional<std::string>> description;
  Given<std::optional<FeatureId>> feature;  // kInvalidArgument if it is another
  Given<std::vector<RuleInput>> rules;      // take the place of all rules
};

struct SegmentFilter {
  std::optional<std::string> search;  // part of the name, case ignored
  bool include_feature_specific = true;
  std::optional<IdentityId> identity;  // only those that it is in
};

// The use cases of segments. Each is in the environment document of the whole project, used or not,
// so every change stamps all its environments.
class Segments {
 public:
  explicit Segments(const Context& context) : context_(context) {}

  Result<PageOf<SegmentView>> List(const auth::Principal& caller, ProjectId project,
                                   const SegmentFilter& filter, const Page& page);
  Result<SegmentView> Get(const auth::Principal& caller, ProjectId project, SegmentId id);
  Result<SegmentView> GetByUuid(const auth::Principal& caller, const std::string& uuid);
  // What it overrides, in one environment or in all that the caller may see.
  Result<PageOf<FeatureStateView>> ListOverrides(const auth::Principal& caller, ProjectId project,
                                                 SegmentId id,
                                                 std::optional<EnvironmentId> environment,
                                                 const Page& page);

  Result<Written<SegmentView>> Create(const auth::Principal& caller, ProjectId project,
                                      const SegmentInput& input);
  Result<Written<SegmentView>> Update(const auth::Principal& caller, ProjectId project,
                                      SegmentId id, const SegmentUpdate& update);
  // A copy with its rules under another name; it overrides nothing.
  Result<Written<SegmentView>> Clone(const auth::Principal& caller, ProjectId project, SegmentId id,
                                     const std::string& name);
  // With all its overrides.
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId project, SegmentId id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
