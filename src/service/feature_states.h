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
#include "service/feature_state_view.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct FeatureStateInput {
  Given<bool> enabled;
  Given<flags::FlagValue> value;
  Given<std::vector<StateWeight>> weights;  // all that the state is to have
  // What the body says the state belongs to; kInvalidArgument if it is something else.
  Given<FeatureId> feature;
  Given<EnvironmentId> environment;
};

// A state that is to be made: an override of a segment or an identity, since every feature has its
// default already.
struct NewStateInput {
  FeatureId feature;
  EnvironmentId environment;
  std::optional<FeatureSegmentId> feature_segment = {};
  std::optional<IdentityId> identity = {};
  std::optional<std::string> identifier = {};  // the identity's, in place of its id
  bool enabled = false;
  flags::FlagValue value = {};
  std::vector<StateWeight> weights = {};
};

enum class StateKind { kDefaults, kIdentityOverrides, kAll };

struct FeatureStateFilter {
  StateKind kind = StateKind::kDefaults;
  std::optional<FeatureId> feature;
  std::optional<std::string> feature_name;
  std::optional<FeatureSegmentId> feature_segment;
};

// Feature states as such: defaults of an environment and overrides of segments and identities,
// reached by their own id.
class FeatureStates {
 public:
  explicit FeatureStates(const Context& context) : context_(context) {}

  Result<PageOf<FeatureStateView>> List(const auth::Principal& caller,
                                        const std::string& environment,
                                        const FeatureStateFilter& filter, const Page& page);
  Result<PageOf<FeatureStateView>> ListById(const auth::Principal& caller,
                                            EnvironmentId environment,
                                            const FeatureStateFilter& filter, const Page& page);
  Result<FeatureStateView> Get(const auth::Principal& caller, const std::string& environment,
                               FeatureStateId id);
  Result<FeatureStateView> GetByUuid(const auth::Principal& caller, const std::string& uuid);

  // kConflict if there is such a state.
  Result<Written<FeatureStateView>> Create(const auth::Principal& caller,
                                           const NewStateInput& input);
  // Stamps the environment if anything changed. Those of segments are not found here.
  Result<Written<FeatureStateView>> Update(const auth::Principal& caller,
                                           const std::string& environment, FeatureStateId id,
                                           const FeatureStateInput& input);
  // Where the path does not name the environment.
  Result<Written<FeatureStateView>> UpdateById(const auth::Principal& caller, FeatureStateId id,
                                               const FeatureStateInput& input);

 private:
  const Context& context_;
};

// Whether a value is one that may be stored; in the field that the reference names.
Result<void> CheckFlagValue(const flags::FlagValue& value);

}  // namespace flagstream::service
