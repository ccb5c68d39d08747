// SPDX-License-Identifier: Apache-2.0
#include "store/state_rows.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "store/typed_value.h"

namespace flagstream::store {
namespace {

using FeaturesById = std::unordered_map<int64_t, flags::Feature*>;
using StatesById = std::unordered_map<int64_t, flags::FeatureState*>;

FeaturesById MultivariateFeatures(flags::Environment& environment) {
  FeaturesById found;
  for (flags::Feature& feature : environment.features) {
    if (feature.type == flags::FeatureType::kMultivariate)
      found.emplace(feature.id.value, &feature);
  }
  return found;
}

StatesById StatesOf(const FeaturesById& features, flags::Environment& environment) {
  StatesById found;
  const auto add = [&](flags::FeatureState& state) {
    if (features.contains(state.feature.value)) found.emplace(state.id.value, &state);
  };
  for (flags::FeatureState& state : environment.feature_states) add(state);
  for (flags::Segment& segment : environment.segments) {
    for (flags::SegmentOverride& one : segment.overrides) add(one.state);
  }
  for (flags::IdentityOverride& identity : environment.identity_overrides) {
    for (flags::FeatureState& state : identity.feature_states) add(state);
  }
  return found;
}

template <class T>
std::vector<int64_t> SortedKeys(const std::unordered_map<int64_t, T>& map) {
  std::vector<int64_t> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  std::ranges::sort(keys);
  return keys;
}

Result<void> ReadOptions(Reader& reader, const FeaturesById& features) {
  FLAGSTREAM_ASSIGN(std::vector<MultivariateOption> options,
                    FindByIds(reader, &MultivariateOption::feature_id, SortedKeys(features)));
  std::ranges::sort(options, {}, &MultivariateOption::id);
  for (MultivariateOption& option : options) {
    FLAGSTREAM_ASSIGN(flags::FlagValue value, ReadFlagValue(option.value_type, option.value));
    features.at(option.feature_id)
        ->options.push_back({{option.id}, std::move(value), std::move(option.key)});
  }
  return {};
}

Result<void> ReadWeights(Reader& reader, const StatesById& states) {
  using Weight = MultivariateFeatureStateValue;
  FLAGSTREAM_ASSIGN(std::vector<Weight> weights,
                    FindByIds(reader, &Weight::feature_state_id, SortedKeys(states)));
  std::ranges::sort(weights, {}, &Weight::id);
  for (Weight& weight : weights) {
    states.at(weight.feature_state_id)
        ->variants.push_back({weight.id,
                              std::move(weight.uuid),
                              {weight.multivariate_option_id},
                              weight.percentage_allocation});
  }
  return {};
}

}  // namespace

Result<std::vector<StateRow>> FindStates(Reader& reader, const Select<FeatureState>& select) {
  FLAGSTREAM_ASSIGN(auto found, FindMembers(reader, select, &FeatureState::id, &FeatureState::uuid,
                                            &FeatureState::feature_id, &FeatureState::identity_id,
                                            &FeatureState::enabled, &FeatureState::value_type,
                                            &FeatureState::value, &FeatureState::feature_segment_id,
                                            &FeatureState::hash_seed));
  std::vector<StateRow> rows;
  rows.reserve(found.size());
  for (auto& [id, uuid, feature, identity, enabled, value_type, value, segment, seed] : found) {
    FLAGSTREAM_ASSIGN(flags::FlagValue read, ReadFlagValue(value_type, value));
    rows.push_back({{.id = {id},
                     .uuid = std::move(uuid),
                     .feature = {feature},
                     .enabled = enabled,
                     .value = std::move(read),
                     .hash_seed = seed != 0 ? seed : id},
                    identity,
                    segment});
  }
  return rows;
}

Result<void> ReadVariants(Reader& reader, flags::Environment& environment) {
  const FeaturesById features = MultivariateFeatures(environment);
  if (features.empty()) return {};
  FLAGSTREAM_TRY(ReadOptions(reader, features));
  return ReadWeights(reader, StatesOf(features, environment));
}

}  // namespace flagstream::store
