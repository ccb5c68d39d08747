// SPDX-License-Identifier: Apache-2.0
#include "service/identity_evaluation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "flags/scalar.h"

namespace flagstream::service {
namespace {

using flags::ContextFeature;
using flags::Environment;
using flags::Feature;
using flags::FeatureState;
using flags::FlagOutcome;

const Feature* FindFeature(const Environment& environment, FeatureId id) {
  const auto found = std::ranges::lower_bound(environment.features, id, {}, &Feature::id);
  return found != environment.features.end() && found->id == id ? &*found : nullptr;
}

const flags::MultivariateOption* FindOption(const Feature& feature, MultivariateOptionId id) {
  const auto found = std::ranges::find(feature.options, id, &flags::MultivariateOption::id);
  return found != feature.options.end() ? &*found : nullptr;
}

// A variant whose option is gone gives null.
ContextFeature ToContext(const Feature& feature, const FeatureState& state) {
  ContextFeature made;
  made.key = std::to_string(state.hash_seed);
  made.name = feature.name;
  made.enabled = state.enabled;
  made.value = flags::ScalarOf(state.value);
  for (const flags::Variant& variant : state.variants) {
    flags::ContextVariant& one = made.variants.emplace_back();
    one.weight = variant.weight;
    one.priority = variant.id;
    const flags::MultivariateOption* option = FindOption(feature, variant.option);
    if (option == nullptr) continue;
    one.value = flags::ScalarOf(option->value);
    if (option->key) one.key = *option->key;
  }
  return made;
}

flags::ContextSegment ToContext(const Environment& environment, const flags::Segment& segment) {
  flags::ContextSegment made;
  made.key = std::to_string(segment.id.value);
  made.name = segment.name;
  made.rules = segment.rules;
  for (const flags::SegmentOverride& one : segment.overrides) {
    const Feature* feature = FindFeature(environment, one.state.feature);
    if (feature == nullptr) continue;
    made.overrides.push_back(ToContext(*feature, one.state));
    made.overrides.back().priority = one.priority;
  }
  return made;
}

// All segments of the project, used or not.
flags::Context ToContext(const Environment& environment) {
  flags::Context context;
  context.environment_key = environment.client_key;
  context.environment_name = environment.name;
  for (size_t i = 0; i < environment.features.size(); ++i) {
    context.features.push_back(ToContext(environment.features[i], environment.feature_states[i]));
  }
  for (const flags::Segment& segment : environment.segments)
    context.segments.push_back(ToContext(environment, segment));
  return context;
}

const flags::IdentityOverride* FindOverrides(const Environment& environment, int64_t identity) {
  const auto found = std::ranges::find(environment.identity_overrides, IdentityId{identity},
                                       &flags::IdentityOverride::identity);
  return found != environment.identity_overrides.end() ? &*found : nullptr;
}

// What splits and variants are chosen by.
std::string HashKey(const IdentityAccess& access) {
  if (!access.environment.use_identity_composite_key_for_hashing)
    return std::to_string(access.identity.id);
  return access.environment.api_key + "_" + access.identity.identifier;
}

std::vector<flags::ContextTrait> TraitsOf(const store::StoredIdentity& identity) {
  std::vector<flags::ContextTrait> traits;
  traits.reserve(identity.traits.size());
  for (const store::StoredTrait& stored : identity.traits)
    traits.push_back({stored.trait.key, flags::ScalarOf(stored.trait.value)});
  return traits;
}

// Which must be there.
const FeatureState& OverrideOf(const flags::Segment& segment, FeatureId feature) {
  return std::ranges::find(segment.overrides, feature,
                           [](const flags::SegmentOverride& one) { return one.state.feature; })
      ->state;
}

const flags::FlagValue& ValueOf(const Feature& feature, const FeatureState& state,
                                int32_t variant) {
  static const flags::FlagValue kNull;
  if (variant < 0) return state.value;
  const auto index = static_cast<size_t>(variant);
  const flags::MultivariateOption* option = FindOption(feature, state.variants[index].option);
  return option != nullptr ? option->value : kNull;
}

}  // namespace

Result<std::unique_ptr<IdentityEvaluation>> IdentityEvaluation::Load(store::Reader& reader,
                                                                     const IdentityAccess& access) {
  const EnvironmentId id{access.environment.id};
  FLAGSTREAM_ASSIGN(std::optional<Environment> environment, store::LoadEnvironment(reader, id));
  if (!environment) return NoMatch("Environment");
  FLAGSTREAM_ASSIGN(const std::optional<store::StoredIdentity> identity,
                    store::LoadIdentity(reader, id, access.identity.identifier));
  if (!identity) return NoMatch("Identity");
  return std::unique_ptr<IdentityEvaluation>(
      new IdentityEvaluation(*std::move(environment), access, *identity));
}

IdentityEvaluation::IdentityEvaluation(Environment environment, const IdentityAccess& access,
                                       const store::StoredIdentity& identity)
    : environment_(std::move(environment)),
      own_(FindOverrides(environment_, access.identity.id)),
      engine_(ToContext(environment_)) {
  Evaluate(access, identity);
}

void IdentityEvaluation::Evaluate(const IdentityAccess& access,
                                  const store::StoredIdentity& identity) {
  std::vector<uint32_t> places;  // of the features that are overridden
  if (own_ != nullptr) {
    for (const FeatureState& state : own_->feature_states) {
      const Feature* feature = FindFeature(environment_, state.feature);
      if (feature == nullptr) continue;
      own_features_.push_back(ToContext(*feature, state));
      places.push_back(static_cast<uint32_t>(feature - environment_.features.data()));
    }
  }
  for (const ContextFeature& feature : own_features_) own_prepared_.emplace_back(feature);
  std::vector<flags::OwnOverride> own;
  for (size_t i = 0; i < places.size(); ++i) own.push_back({places[i], &own_prepared_[i]});

  const std::string key = HashKey(access);
  const std::vector<flags::ContextTrait> traits = TraitsOf(identity);
  const flags::ContextIdentity subject{access.identity.identifier, key, traits};
  engine_.Evaluate(&subject, own, evaluation_);
}

std::vector<int64_t> IdentityEvaluation::Segments() const {
  std::vector<int64_t> ids;
  ids.reserve(evaluation_.segments.size());
  for (const uint32_t index : evaluation_.segments)
    ids.push_back(environment_.segments[index].id.value);
  return ids;
}

std::vector<EvaluatedFlag> IdentityEvaluation::Flags() const {
  std::vector<EvaluatedFlag> list;
  list.reserve(evaluation_.flags.size());
  for (size_t i = 0; i < evaluation_.flags.size(); ++i) list.push_back(FlagAt(i));
  return list;
}

EvaluatedFlag IdentityEvaluation::FlagAt(size_t index) const {
  const FlagOutcome& outcome = evaluation_.flags[index];
  EvaluatedFlag flag;
  flag.feature = &environment_.features[index];
  flag.state = &environment_.feature_states[index];
  if (outcome.segment == FlagOutcome::kOwnOverride) {
    flag.is_own_override = true;
    flag.state =
        &*std::ranges::find(own_->feature_states, flag.feature->id, &FeatureState::feature);
  } else if (outcome.segment != FlagOutcome::kNoSegment) {
    flag.segment = &environment_.segments[outcome.segment];
    flag.state = &OverrideOf(*flag.segment, flag.feature->id);
  }
  flag.value = &ValueOf(*flag.feature, *flag.state, outcome.variant);
  return flag;
}

}  // namespace flagstream::service
