// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flags/context.h"
#include "flags/environment.h"
#include "flags/snapshot.h"
#include "flags/value.h"

namespace flagstream::flags {

// What one identity is served for one feature. Borrows from the snapshot.
struct IdentityFlag {
  const Feature* feature = nullptr;
  const FeatureState* state = nullptr;                  // the winner: the default, or an override
  const FlagValue* value = nullptr;                     // what the winner gives this identity
  const IdentityOverride* identity_override = nullptr;  // whose `state` it is, or null
  const SegmentOverride* segment_override = nullptr;    // whose `state` it is, or null
  // Of a multivariate feature: the key of the option it got, if that has one, or "control".
  std::optional<std::string_view> variant = {};
};

// Ascending by feature id; all features, visible or not.
using IdentityFlags = std::vector<IdentityFlag>;

struct EvaluatedIdentity {
  std::string_view identifier;
  // Not stored: 0. Variants and splits are chosen by it where the environment says so, else by
  // client key and identifier, as always by clients that evaluate themselves.
  IdentityId id = {};
  std::span<const ContextTrait> traits;
};

// What an identity's variants and splits are chosen by.
std::string IdentityKey(const Environment& environment, std::string_view identifier, IdentityId id);

// The environment's defaults under the overrides of the identity's segments under its own. Pure;
// never fails.
IdentityFlags EvaluateIdentity(const Snapshot& snapshot, const EvaluatedIdentity& identity);
// The same for one that is not stored.
IdentityFlags EvaluateTransient(const Snapshot& snapshot, std::string_view identifier,
                                const std::vector<Trait>& traits);

// Traits as an evaluation takes them. Borrows their texts.
std::vector<ContextTrait> ContextTraitsOf(std::span<const Trait> traits);

}  // namespace flagstream::flags
