// SPDX-License-Identifier: Apache-2.0
#include "flags/snapshot.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace flagstream::flags {
namespace {

// Evaluation walks features and states side by side.
bool HasOneStatePerFeature(const Environment& environment) {
  return std::equal(environment.features.begin(), environment.features.end(),
                    environment.feature_states.begin(), environment.feature_states.end(),
                    [](const Feature& feature, const FeatureState& state) {
                      return feature.id == state.feature;
                    });
}

bool AscendsById(const Environment& environment) {
  return std::is_sorted(environment.features.begin(), environment.features.end(),
                        [](const Feature& a, const Feature& b) { return a.id < b.id; });
}

template <class T>
const T* FindIn(const std::unordered_map<std::string_view, const T*>& map, std::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

// Asserts what the engine's context relies on.
const Environment& Checked(const Environment& environment) {
  FLAGSTREAM_ASSERT(HasOneStatePerFeature(environment));
  FLAGSTREAM_ASSERT(AscendsById(environment));
  return environment;
}

}  // namespace

Snapshot::Snapshot(Environment environment)
    : environment_(std::move(environment)),
      context_(ContextOf(Checked(environment_))),
      engine_(std::move(context_.context)) {
  overrides_.reserve(environment_.identity_overrides.size());
  for (const IdentityOverride& one : environment_.identity_overrides) {
    overrides_.emplace(one.identifier, &one);
  }
  prepared_.reserve(environment_.identity_overrides.size());
  for (const IdentityOverride& one : environment_.identity_overrides) {
    prepared_.push_back(Prepare(environment_, one));
  }
  features_.reserve(environment_.features.size());
  for (const Feature& feature : environment_.features) {
    features_.emplace(feature.name, &feature);
  }
}

const IdentityOverride* Snapshot::FindOverride(std::string_view identifier) const {
  return FindIn(overrides_, identifier);
}

std::span<const OwnOverride> Snapshot::OwnOverridesOf(const IdentityOverride* identity) const {
  if (identity == nullptr) return {};
  return prepared_[static_cast<size_t>(identity - environment_.identity_overrides.data())].own;
}

const SegmentOverride& Snapshot::SegmentOverrideOf(const FlagOutcome& flag) const {
  const auto& given = engine_.context().segments[flag.segment].overrides;
  return *context_.overrides[flag.segment][static_cast<size_t>(flag.winner - given.data())];
}

// An override of a feature that is gone is passed over.
Snapshot::PreparedOverrides Snapshot::Prepare(const Environment& environment,
                                              const IdentityOverride& identity) {
  PreparedOverrides prepared;
  std::vector<uint32_t> indexes;
  for (const FeatureState& state : identity.feature_states) {
    const std::optional<uint32_t> index = FeatureIndex(environment, state.feature);
    if (!index) continue;
    indexes.push_back(*index);
    prepared.features.push_back(ContextFeatureOf(environment.features[*index], state));
  }
  prepared.states.reserve(indexes.size());
  for (const ContextFeature& feature : prepared.features) prepared.states.emplace_back(feature);
  for (size_t i = 0; i < indexes.size(); ++i) {
    prepared.own.push_back({indexes[i], &prepared.states[i]});
  }
  return prepared;
}

const Feature* Snapshot::FindFeature(std::string_view name) const {
  return FindIn(features_, name);
}

}  // namespace flagstream::flags
