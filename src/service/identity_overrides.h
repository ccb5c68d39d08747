// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/feature_states.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct OverrideInput {
  FeatureId feature;
  bool enabled = false;
  flags::FlagValue value;
};

// What an identity is served for one feature.
struct IdentityFeature {
  store::Feature feature;
  FeatureStateView state;  // the winner
  bool is_overridden = false;
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

 private:
  const Context& context_;
};

}  // namespace flagstream::service
