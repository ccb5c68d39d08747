// SPDX-License-Identifier: Apache-2.0
#include "service/state_writing.h"

#include <optional>
#include <string>
#include <utility>

#include "store/query.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

using store::FeatureState;

Result<void> CheckTarget(const FeatureState& state, const FeatureStateInput& input) {
  if (input.feature && input.feature->value != state.feature_id) {
    return Error::InvalidField("feature",
                               "Feature does not match the feature of the feature state.");
  }
  if (input.environment && input.environment->value != state.environment_id) {
    return Error::InvalidField("environment",
                               "Environment does not match the environment of the feature state.");
  }
  return {};
}

void SetValue(FeatureState& state, const Given<flags::FlagValue>& value, ChangeList& changes) {
  if (!value) return;
  store::FlagColumns columns = store::ToColumns(*value);
  changes.Set("value_type", state.value_type, Given<std::string>(std::move(columns.value_type)));
  changes.Set("feature_state_value", state.value,
              Given<std::optional<std::string>>(std::move(columns.value)));
}

std::string_view Verb(ChangeType type) {
  switch (type) {
    case ChangeType::kCreate:
      return "created";
    case ChangeType::kUpdate:
      return "updated";
    case ChangeType::kDelete:
      return "deleted";
  }
  FLAGSTREAM_UNREACHABLE();
}

Result<std::string> SegmentName(store::Reader& reader, int64_t feature_segment) {
  FLAGSTREAM_ASSIGN(const std::optional<store::FeatureSegment> link,
                    store::Get<store::FeatureSegment>(reader, feature_segment));
  if (!link) return NoMatch("FeatureSegment");
  FLAGSTREAM_ASSIGN(const std::optional<store::Segment> segment,
                    store::Get<store::Segment>(reader, link->segment_id));
  if (!segment) return NoMatch("Segment");
  return segment->name;
}

Result<std::string> LogText(store::Reader& reader, const FeatureState& state, ChangeType type) {
  FLAGSTREAM_ASSIGN(const std::optional<store::Feature> feature,
                    store::Get<store::Feature>(reader, state.feature_id));
  if (!feature) return NoMatch("Feature");
  std::string text = "Flag state / Remote config value " + std::string(Verb(type)) +
                     " for feature '" + feature->name + "'";
  if (state.feature_segment_id) {
    FLAGSTREAM_ASSIGN(const std::string segment, SegmentName(reader, *state.feature_segment_id));
    return text + " and segment '" + segment + "'";
  }
  if (!state.identity_id) return text;
  FLAGSTREAM_ASSIGN(const std::optional<store::Identity> identity,
                    store::Get<store::Identity>(reader, *state.identity_id));
  if (identity) text += " and identity '" + identity->identifier + "'";
  return text;
}

}  // namespace

Result<void> ChangeState(Writing& writing, const EnvironmentAccess& access, FeatureState& state,
                         const FeatureStateInput& input) {
  FLAGSTREAM_TRY(CheckTarget(state, input));
  if (input.value) FLAGSTREAM_TRY(CheckFlagValue(*input.value));
  ChangeList changes;
  changes.Set("enabled", state.enabled, input.enabled);
  SetValue(state, input.value, changes);
  if (input.weights) {
    FLAGSTREAM_TRY(CheckWeights(writing.tx(), {state.feature_id}, *input.weights));
    FLAGSTREAM_TRY(SetWeights(writing.tx(), state.id, *input.weights, changes));
  }
  if (changes.empty()) return {};
  state.updated_at = writing.now();
  FLAGSTREAM_TRY(store::Update(writing.tx(), state));
  writing.Stamp({state.environment_id});
  return AuditState(writing, access, state, ChangeType::kUpdate, std::move(changes));
}

Result<void> GiveWeights(Writing& writing, const FeatureState& state,
                         const std::vector<StateWeight>& weights) {
  FLAGSTREAM_TRY(CheckWeights(writing.tx(), {state.feature_id}, weights));
  ChangeList born_with;
  return SetWeights(writing.tx(), state.id, weights, born_with);
}

Error StateExists() {
  return {ErrorCode::kConflict,
          "Feature state already exists for this environment, feature, version, segment & "
          "identity combination"};
}

Result<void> AuditState(Writing& writing, const EnvironmentAccess& access,
                        const FeatureState& state, ChangeType type, ChangeList changes) {
  FLAGSTREAM_ASSIGN(std::string log, LogText(writing.tx(), state, type));
  return writing.Audit({.log = std::move(log),
                        .object_type = "FEATURE_STATE",
                        .object_id = state.id,
                        .object_uuid = state.uuid,
                        .type = type,
                        .organisation = access.project.organisation_id,
                        .project = access.project.id,
                        .environment = access.environment.id,
                        .changes = std::move(changes)});
}

}  // namespace flagstream::service
