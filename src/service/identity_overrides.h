// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/access.h"
#include "service/context.h"
#include "service/feature_states.h"
#include "service/identity_features.h"
#include "service/paging.h"
#include "service/state_weights.h"
#include "service/writing.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct OverrideInput {
  FeatureId feature;
  bool enabled = false;
  flags::FlagValue value;
  std::vector<StateWeight> weights = {};
};

// Feature states that one identity has of its own. They are in the environment document, so every
// change stamps the environment.
class IdentityOverrides {
 public:
  explicit IdentityOverrides(const Context& context) : context_(context) {}

  Result<PageOf<FeatureStateView>> List(const auth::Principal& caller,
                                        const std::string& environment, IdentityId identity,
                                        std::optional<FeatureId> feature, const Page& page);
  // Of all features of the project, ascending by feature.
  Result<std::vector<IdentityFeature>> ListAll(const auth::Principal& caller,
                                               const std::string& environment, IdentityId identity);
  Result<FeatureStateView> Get(const auth::Principal& caller, const std::string& environment,
                               IdentityId identity, FeatureStateId id);

  // kConflict if the identity has one for this feature.
  Result<Written<FeatureStateView>> Create(const auth::Principal& caller,
                                           const std::string& environment, IdentityId identity,
                                           const OverrideInput& input);
  Result<Written<FeatureStateView>> Update(const auth::Principal& caller,
                                           const std::string& environment, IdentityId identity,
                                           FeatureStateId id, const FeatureStateInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, const std::string& environment,
                               IdentityId identity, FeatureStateId id);
  // Makes the overrides of `identity` those of `source`, of the same environment; others of it go.
  Result<Written<std::vector<IdentityFeature>>> CopyFrom(const auth::Principal& caller,
                                                         const std::string& environment,
                                                         IdentityId identity, IdentityId source);

 private:
  const Context& context_;
};

// Gives an identity, whose environment is held, an override of its own, with stamp and audit row.
// kConflict if it has one for this feature.
Result<store::FeatureState> AddIdentityOverride(Writing& writing, const IdentityAccess& access,
                                                const OverrideInput& input, const Limits& limits);

}  // namespace flagstream::service
