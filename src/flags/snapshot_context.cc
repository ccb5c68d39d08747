// SPDX-License-Identifier: Apache-2.0
#include "flags/snapshot_context.h"

#include <algorithm>
#include <string>
#include <utility>

namespace flagstream::flags {
namespace {

const FlagValue kNoValue;

// A variant without its option has no value and no key, and still takes its share.
ContextVariant ContextVariantOf(const Feature& feature, const Variant& variant) {
  ContextVariant made{.key = {}, .value = {}, .weight = variant.weight, .priority = variant.id};
  if (const MultivariateOption* option = FindOption(feature, variant.option)) {
    if (option->key) made.key = *option->key;
    made.value = ScalarOf(option->value);
  }
  return made;
}

void AddSegment(const Environment& environment, const Segment& segment, SegmentChoice choice,
                SnapshotContext& made) {
  ContextSegment context{.key = std::to_string(segment.id.value),
                         .name = segment.name,
                         .rules = segment.rules,
                         .overrides = {}};
  std::vector<const SegmentOverride*> overrides;
  for (const SegmentOverride& one : segment.overrides) {
    const std::optional<uint32_t> index = FeatureIndex(environment, one.state.feature);
    if (!index) continue;
    context.overrides.push_back(ContextFeatureOf(environment.features[*index], one.state));
    context.overrides.back().priority = one.priority;
    overrides.push_back(&one);
  }
  if (overrides.empty() && choice == SegmentChoice::kOverriding) return;
  made.context.segments.push_back(std::move(context));
  made.overrides.push_back(std::move(overrides));
}

}  // namespace

ContextFeature ContextFeatureOf(const Feature& feature, const FeatureState& state) {
  ContextFeature made{.key = std::to_string(state.hash_seed),
                      .name = feature.name,
                      .enabled = state.enabled,
                      .value = ScalarOf(state.value),
                      .variants = {},
                      .priority = {}};
  made.variants.reserve(state.variants.size());
  for (const Variant& variant : state.variants) {
    made.variants.push_back(ContextVariantOf(feature, variant));
  }
  return made;
}

const FlagValue& ValueFor(const Feature& feature, const FeatureState& state,
                          std::string_view identity_key) {
  if (state.variants.empty()) return state.value;
  const ContextFeature context = ContextFeatureOf(feature, state);
  const int32_t variant = ChooseVariant(PreparedFeature(context), identity_key);
  if (variant < 0) return state.value;
  const MultivariateOption* option =
      FindOption(feature, state.variants[static_cast<size_t>(variant)].option);
  return option == nullptr ? kNoValue : option->value;
}

SnapshotContext ContextOf(const Environment& environment, SegmentChoice choice) {
  SnapshotContext made;
  made.context.environment_key = environment.client_key;
  made.context.environment_name = environment.name;
  made.context.features.reserve(environment.features.size());
  for (size_t i = 0; i < environment.features.size(); ++i) {
    made.context.features.push_back(
        ContextFeatureOf(environment.features[i], environment.feature_states[i]));
  }
  for (const Segment& segment : environment.segments) {
    AddSegment(environment, segment, choice, made);
  }
  return made;
}

std::optional<uint32_t> FeatureIndex(const Environment& environment, FeatureId id) {
  const auto found = std::ranges::lower_bound(environment.features, id, {}, &Feature::id);
  if (found == environment.features.end() || found->id != id) return std::nullopt;
  return static_cast<uint32_t>(found - environment.features.begin());
}

const MultivariateOption* FindOption(const Feature& feature, MultivariateOptionId id) {
  const auto found = std::ranges::find(feature.options, id, &MultivariateOption::id);
  return found == feature.options.end() ? nullptr : &*found;
}

}  // namespace flagstream::flags
