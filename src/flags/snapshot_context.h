// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "flags/context.h"
#include "flags/engine.h"
#include "flags/environment.h"

namespace flagstream::flags {

// A state of `feature` as the engine sees it. Borrows from both.
ContextFeature ContextFeatureOf(const Feature& feature, const FeatureState& state);

// The value that a state gives the identity of this key, variants included. Borrows from both.
const FlagValue& ValueFor(const Feature& feature, const FeatureState& state,
                          std::string_view identity_key);

// Those that decide what is served, or all, to tell which of them an identity is in.
enum class SegmentChoice { kOverriding, kAll };

// An environment as the engine sees it: its features and segments in their order. Borrows from the
// environment.
struct SnapshotContext {
  Context context;
  // Where the context's segments and their overrides came from, in its order.
  std::vector<std::vector<const SegmentOverride*>> overrides;
};
SnapshotContext ContextOf(const Environment& environment,
                          SegmentChoice choice = SegmentChoice::kOverriding);

// The place of `id` in the environment's features; nothing if it has no such feature.
std::optional<uint32_t> FeatureIndex(const Environment& environment, FeatureId id);

// The option that a variant of the context stands for; null if it is the feature's no more.
const MultivariateOption* FindOption(const Feature& feature, MultivariateOptionId id);

}  // namespace flagstream::flags
