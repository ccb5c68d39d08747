// SPDX-License-Identifier: Apache-2.0
#include "service/identity_evaluation.h"

#include <algorithm>
#include <string>
#include <utility>

#include "flags/evaluation.h"
#include "flags/scalar.h"
#include "flags/snapshot_context.h"

namespace flagstream::service {
namespace {

using flags::ContextFeature;
using flags::Environment;
using flags::Feature;
using flags::FeatureState;
using flags::FlagOutcome;

const flags::IdentityOverride* FindOverrides(const Environment& environment, int64_t identity) {
  const auto found = std::ranges::find(environment.identity_overrides, IdentityId{identity},
                                       &flags::IdentityOverride::identity);
  return found != environment.identity_overrides.end() ? &*found : nullptr;
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
  const flags::MultivariateOption* option =
      flags::FindOption(feature, state.variants[index].option);
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
      engine_(flags::ContextOf(environment_, flags::SegmentChoice::kAll).context) {
  Evaluate(access, identity);
}

void IdentityEvaluation::Evaluate(const IdentityAccess& access,
                                  const store::StoredIdentity& identity) {
  std::vector<uint32_t> places;  // of the features that are overridden
  if (own_ != nullptr) {
    for (const FeatureState& state : own_->feature_states) {
      const std::optional<uint32_t> place = flags::FeatureIndex(environment_, state.feature);
      if (!place) continue;
      own_features_.push_back(flags::ContextFeatureOf(environment_.features[*place], state));
      places.push_back(*place);
    }
  }
  for (const ContextFeature& feature : own_features_) own_prepared_.emplace_back(feature);
  std::vector<flags::OwnOverride> own;
  for (size_t i = 0; i < places.size(); ++i) own.push_back({places[i], &own_prepared_[i]});

  const std::string key =
      flags::IdentityKey(environment_, access.identity.identifier, IdentityId{access.identity.id});
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
