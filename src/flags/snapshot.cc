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

}  // namespace

Snapshot::Snapshot(Environment environment) : environment_(std::move(environment)) {
  FLAGSTREAM_ASSERT(HasOneStatePerFeature(environment_));
  FLAGSTREAM_ASSERT(AscendsById(environment_));
  overrides_.reserve(environment_.identity_overrides.size());
  for (const IdentityOverride& one : environment_.identity_overrides) {
    overrides_.emplace(one.identifier, &one);
  }
  features_.reserve(environment_.features.size());
  for (const Feature& feature : environment_.features) {
    features_.emplace(feature.name, &feature);
  }
}

const IdentityOverride* Snapshot::FindOverride(std::string_view identifier) const {
  return FindIn(overrides_, identifier);
}

const Feature* Snapshot::FindFeature(std::string_view name) const {
  return FindIn(features_, name);
}

}  // namespace flagstream::flags
