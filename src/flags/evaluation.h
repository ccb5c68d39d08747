// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "flags/snapshot.h"
#include "flags/value.h"

namespace flagstream::flags {

// What one identity is served for one feature. Borrows from the snapshot.
struct IdentityFlag {
  const Feature* feature = nullptr;
  const FeatureState* state = nullptr;  // the winner: default or the identity's override
  FlagValue value;
};

using IdentityFlags = std::vector<IdentityFlag>;  // ascending by feature id, all features, visible or not

// Environment defaults under the identity's own overrides. Pure; never fails.
IdentityFlags EvaluateIdentity(const Snapshot& snapshot, std::string_view identifier, const std::vector<Trait>& traits);

}  // namespace flagstream::flags
