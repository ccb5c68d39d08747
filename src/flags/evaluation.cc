// SPDX-License-Identifier: Apache-2.0
#include "flags/evaluation.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "flags/snapshot_context.h"

namespace flagstream::flags {
namespace {

const FlagValue kNoValue;

// The identity's own state of this feature; it must have one.
const FeatureState& OwnStateOf(const IdentityOverride& own, FeatureId feature) {
  const auto found = std::ranges::find(own.feature_states, feature, &FeatureState::feature);
  FLAGSTREAM_ASSERT(found != own.feature_states.end());
  return *found;
}

void SetWinner(const Snapshot& snapshot, size_t index, const FlagOutcome& outcome,
               const IdentityOverride* own, IdentityFlag& flag) {
  if (outcome.segment == FlagOutcome::kOwnOverride) {
    flag.identity_override = own;
    flag.state = &OwnStateOf(*own, flag.feature->id);
  } else if (outcome.segment != FlagOutcome::kNoSegment) {
    flag.segment_override = &snapshot.SegmentOverrideOf(outcome);
    flag.state = &flag.segment_override->state;
  } else {
    flag.state = &snapshot.environment().feature_states[index];
  }
}

void SetValue(const FlagOutcome& outcome, IdentityFlag& flag) {
  flag.value = &flag.state->value;
  if (flag.feature->type != FeatureType::kMultivariate) return;
  flag.variant = "control";
  if (outcome.variant < 0) return;
  const Variant& variant = flag.state->variants[static_cast<size_t>(outcome.variant)];
  const MultivariateOption* option = FindOption(*flag.feature, variant.option);
  flag.value = option == nullptr ? &kNoValue : &option->value;
  flag.variant.reset();
  if (option != nullptr && option->key) flag.variant = *option->key;
}

}  // namespace

std::string IdentityKey(const Environment& environment, std::string_view identifier,
                        IdentityId id) {
  if (!environment.use_identity_composite_key_for_hashing && id) return std::to_string(id.value);
  std::string key;
  key.reserve(environment.client_key.size() + 1 + identifier.size());
  return key.append(environment.client_key).append("_").append(identifier);
}

IdentityFlags EvaluateIdentity(const Snapshot& snapshot, const EvaluatedIdentity& identity) {
  const Environment& environment = snapshot.environment();
  const IdentityOverride* own = snapshot.FindOverride(identity.identifier);
  const std::string key = IdentityKey(environment, identity.identifier, identity.id);
  const ContextIdentity context{identity.identifier, key, identity.traits};
  Evaluation evaluation;
  snapshot.engine().Evaluate(&context, snapshot.OwnOverridesOf(own), evaluation);

  IdentityFlags flags;
  flags.reserve(environment.features.size());
  for (size_t i = 0; i < environment.features.size(); ++i) {
    IdentityFlag& flag = flags.emplace_back();
    flag.feature = &environment.features[i];
    SetWinner(snapshot, i, evaluation.flags[i], own, flag);
    SetValue(evaluation.flags[i], flag);
  }
  return flags;
}

IdentityFlags EvaluateTransient(const Snapshot& snapshot, std::string_view identifier,
                                const std::vector<Trait>& traits) {
  const std::vector<ContextTrait> context = ContextTraitsOf(traits);
  return EvaluateIdentity(snapshot, {.identifier = identifier, .id = {}, .traits = context});
}

std::vector<ContextTrait> ContextTraitsOf(std::span<const Trait> traits) {
  std::vector<ContextTrait> made;
  made.reserve(traits.size());
  for (const Trait& trait : traits) made.push_back({trait.key, ScalarOf(trait.value)});
  return made;
}

}  // namespace flagstream::flags
