// SPDX-License-Identifier: Apache-2.0
#include "flags/evaluation.h"

#include <algorithm>

namespace flagstream::flags {
namespace {

IdentityFlags EvaluateDefaults(const Environment& environment) {
  IdentityFlags flags;
  flags.reserve(environment.features.size());
  for (size_t i = 0; i < environment.features.size(); ++i) {
    const FeatureState& state = environment.feature_states[i];
    flags.push_back({.feature = &environment.features[i], .state = &state, .value = &state.value});
  }
  return flags;
}

// Both are ascending by feature, so one walk does it. An override of a feature that is gone is
// passed over.
void ApplyOverrides(const IdentityOverride& identity, IdentityFlags& flags) {
  auto flag = flags.begin();
  for (const FeatureState& state : identity.feature_states) {
    flag = std::find_if(flag, flags.end(), [&](const IdentityFlag& candidate) {
      return candidate.feature->id >= state.feature;
    });
    if (flag == flags.end()) return;
    if (flag->feature->id != state.feature) continue;
    flag->state = &state;
    flag->value = &state.value;
    flag->identity_override = &identity;
  }
}

}  // namespace

IdentityFlags EvaluateIdentity(const Snapshot& snapshot, std::string_view identifier,
                               const std::vector<Trait>& /*traits*/) {
  IdentityFlags flags = EvaluateDefaults(snapshot.environment());
  const IdentityOverride* own = snapshot.FindOverride(identifier);
  if (own != nullptr) ApplyOverrides(*own, flags);
  return flags;
}

}  // namespace flagstream::flags
