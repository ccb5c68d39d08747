// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "flags/environment.h"
#include "flags/snapshot.h"
#include "flags/value.h"

namespace flagstream::flags {

// What one identity is served for one feature. Borrows from the snapshot.
struct IdentityFlag {
  const Feature* feature = nullptr;
  const FeatureState* state = nullptr;  // the winner: the default, or the identity's override
  const FlagValue* value = nullptr;     // what the winner gives this identity
  const IdentityOverride* identity_override = nullptr;  // whose `state` it is; null for the default
};

// Ascending by feature id; all features, visible or not.
using IdentityFlags = std::vector<IdentityFlag>;

// Environment defaults under the identity's own overrides; an identity without any may be one that
// is not stored. Pure; never fails.
IdentityFlags EvaluateIdentity(const Snapshot& snapshot, std::string_view identifier,
                               const std::vector<Trait>& traits);

}  // namespace flagstream::flags
