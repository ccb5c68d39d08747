// SPDX-License-Identifier: Apache-2.0
#include "service/feature_states.h"

#include <utility>

#include "service/access.h"
#include "service/feature_segments.h"
#include "service/identity_overrides.h"
#include "service/limits.h"
#include "service/state_writing.h"
#include "service/writing.h"
#include "store/query.h"
#include "wire/utf8.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Feature;
using store::FeatureState;
using store::Select;

using Views = PageOf<FeatureStateView>;

EnvironmentPermission NeededToChange(const FeatureState& state) {
  if (state.identity_id) return EnvironmentPermission::kManageIdentities;
  return state.feature_segment_id ? EnvironmentPermission::kManageSegmentOverrides
                                  : EnvironmentPermission::kUpdateFeatureState;
}

// The feature that a filter by name or id means; 0, which no state has, if the project has no such
// feature.
Result<std::optional<int64_t>> WantedFeature(store::Reader& reader, const store::Project& project,
                                             const FeatureStateFilter& filter) {
  if (!filter.feature_name) {
    return filter.feature ? std::optional(filter.feature->value) : std::optional<int64_t>();
  }
  FLAGSTREAM_ASSIGN(const std::optional<Feature> feature,
                    store::FindOne(reader, Select<Feature>()
                                               .Where(&Feature::project_id, project.id)
                                               .Where(&Feature::name, *filter.feature_name)));
  const bool matches = feature && (!filter.feature || filter.feature->value == feature->id);
  return std::optional(matches ? feature->id : 0);
}

Result<Views> ListIn(store::Reader& reader, const EnvironmentAccess& access,
                     const FeatureStateFilter& filter, const Page& page) {
  FLAGSTREAM_ASSIGN(const std::optional<int64_t> feature,
                    WantedFeature(reader, access.project, filter));
  Select<FeatureState> select;
  select.Where(&FeatureState::environment_id, access.environment.id);
  if (feature) select.Where(&FeatureState::feature_id, *feature);
  if (filter.feature_segment)
    select.Where(&FeatureState::feature_segment_id, filter.feature_segment->value);
  if (filter.kind == StateKind::kDefaults) {
    select = Select<FeatureState>(select)
                 .WhereNull(&FeatureState::identity_id)
                 .WhereNull(&FeatureState::feature_segment_id);
  } else if (filter.kind == StateKind::kIdentityOverrides) {
    select = Select<FeatureState>(select).WhereNotNull(&FeatureState::identity_id);
  }
  FLAGSTREAM_ASSIGN(PageOf<FeatureState> states, FindPage(reader, std::move(select), page));
  FLAGSTREAM_ASSIGN(std::vector<FeatureStateView> views,
                    ViewStates(reader, std::move(states.items)));
  return Views{std::move(views), states.count};
}

Result<FeatureState> FindState(store::Reader& reader, FeatureStateId id) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state, store::Get<FeatureState>(reader, id.value));
  if (!state) return NoMatch("FeatureState");
  return *std::move(state);
}

// Whether the family below environments has the state.
bool IsListedIn(const FeatureState& state, const store::Environment& environment) {
  return state.environment_id == environment.id && !state.feature_segment_id;
}

Error NoSuchKey(std::string field, int64_t id) {
  return Error::InvalidField(std::move(field),
                             "Invalid pk \"" + std::to_string(id) + "\" - object does not exist.");
}

// The feature segment that a new state names, if it is one of this feature and environment.
Result<store::FeatureSegment> FindFeatureSegment(store::Reader& reader,
                                                 const EnvironmentAccess& access,
                                                 FeatureSegmentId id, FeatureId feature) {
  FLAGSTREAM_ASSIGN(std::optional<store::FeatureSegment> row,
                    store::Get<store::FeatureSegment>(reader, id.value));
  if (!row || row->environment_id != access.environment.id)
    return NoSuchKey("feature_segment", id.value);
  if (row->feature_id != feature.value) {
    return Error::InvalidField("feature",
                               "Feature does not match the feature of the feature segment.");
  }
  return *std::move(row);
}

Result<FeatureState> AddSegmentState(Writing& writing, const auth::Principal& caller,
                                     const NewStateInput& input) {
  FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                    OpenEnvironmentById(writing.tx(), caller, input.environment,
                                        EnvironmentPermission::kManageSegmentOverrides));
  FLAGSTREAM_TRY(writing.Hold<store::Environment>(access.environment.id));
  FLAGSTREAM_ASSIGN(
      const store::FeatureSegment row,
      FindFeatureSegment(writing.tx(), access, *input.feature_segment, input.feature));
  FLAGSTREAM_ASSIGN(FeatureState state,
                    AddOverrideState(writing, access, row, input.enabled, input.value));
  FLAGSTREAM_TRY(GiveWeights(writing, state, input.weights));
  return state;
}

Result<store::Identity> FindIdentity(store::Reader& reader, const EnvironmentAccess& access,
                                     const NewStateInput& input) {
  Select<store::Identity> select;
  select.Where(&store::Identity::environment_id, access.environment.id);
  if (input.identity) select.Where(&store::Identity::id, input.identity->value);
  if (input.identifier) select.Where(&store::Identity::identifier, *input.identifier);
  FLAGSTREAM_ASSIGN(std::optional<store::Identity> identity,
                    store::FindOne(reader, std::move(select)));
  if (!identity) return Error::InvalidField("", "Identity does not exist in environment.");
  return *std::move(identity);
}

Result<FeatureState> AddIdentityState(Writing& writing, const auth::Principal& caller,
                                      const NewStateInput& input, const Limits& limits) {
  FLAGSTREAM_ASSIGN(EnvironmentAccess access,
                    OpenEnvironmentById(writing.tx(), caller, input.environment,
                                        EnvironmentPermission::kManageIdentities));
  FLAGSTREAM_TRY(writing.Hold<store::Environment>(access.environment.id));
  FLAGSTREAM_ASSIGN(store::Identity identity, FindIdentity(writing.tx(), access, input));
  return AddIdentityOverride(
      writing, {std::move(identity), std::move(access.environment), std::move(access.project)},
      {input.feature, input.enabled, input.value, input.weights}, limits);
}

// What the use case of making one may be asked for.
Result<FeatureState> AddState(Writing& writing, const auth::Principal& caller,
                              const NewStateInput& input, const Limits& limits) {
  if (input.feature_segment) return AddSegmentState(writing, caller, input);
  if (input.identity || input.identifier) return AddIdentityState(writing, caller, input, limits);
  FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                    OpenEnvironmentById(writing.tx(), caller, input.environment,
                                        EnvironmentPermission::kUpdateFeatureState));
  FLAGSTREAM_ASSIGN(const std::optional<Feature> feature,
                    store::Get<Feature>(writing.tx(), input.feature.value));
  if (!feature || feature->project_id != access.project.id)
    return NoSuchKey("feature", input.feature.value);
  return StateExists();
}

// The environment of a state that was reached by the state's id; a stranger does not learn that
// there is one.
Result<EnvironmentAccess> OpenOf(store::Reader& reader, const auth::Principal& caller,
                                 const FeatureState& state, EnvironmentPermission needed) {
  Result<EnvironmentAccess> access =
      OpenEnvironmentById(reader, caller, {state.environment_id}, needed);
  if (!access && access.error().code() == ErrorCode::kNotFound) return NoMatch("FeatureState");
  return access;
}

Result<FeatureStateView> UpdateIn(Writing& writing, const EnvironmentAccess& access,
                                  FeatureStateId id, const FeatureStateInput& input) {
  FLAGSTREAM_TRY(writing.Hold<store::Environment>(access.environment.id));
  FLAGSTREAM_ASSIGN(FeatureState state, FindState(writing.tx(), id));
  FLAGSTREAM_TRY(ChangeState(writing, access, state, input));
  return ViewState(writing.tx(), std::move(state));
}

}  // namespace

Result<Views> FeatureStates::List(const auth::Principal& caller, const std::string& environment,
                                  const FeatureStateFilter& filter, const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(reader, caller, environment, EnvironmentPermission::kView));
    return ListIn(reader, access, filter, page);
  });
}

Result<Views> FeatureStates::ListById(const auth::Principal& caller, EnvironmentId environment,
                                      const FeatureStateFilter& filter, const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(
        const EnvironmentAccess access,
        OpenEnvironmentById(reader, caller, environment, EnvironmentPermission::kView));
    return ListIn(reader, access, filter, page);
  });
}

Result<FeatureStateView> FeatureStates::Get(const auth::Principal& caller,
                                            const std::string& environment, FeatureStateId id) {
  return Read<FeatureStateView>(context_, [&](store::Reader& reader) -> Result<FeatureStateView> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(reader, caller, environment, EnvironmentPermission::kView));
    FLAGSTREAM_ASSIGN(FeatureState state, FindState(reader, id));
    if (!IsListedIn(state, access.environment)) return NoMatch("FeatureState");
    return ViewState(reader, std::move(state));
  });
}

Result<FeatureStateView> FeatureStates::GetByUuid(const auth::Principal& caller,
                                                  const std::string& uuid) {
  return Read<FeatureStateView>(context_, [&](store::Reader& reader) -> Result<FeatureStateView> {
    FLAGSTREAM_ASSIGN(
        std::optional<FeatureState> state,
        store::FindOne(reader, Select<FeatureState>().Where(&FeatureState::uuid, uuid)));
    if (!state) return NoMatch("FeatureState");
    FLAGSTREAM_TRY(OpenOf(reader, caller, *state, EnvironmentPermission::kView));
    return ViewState(reader, *std::move(state));
  });
}

Result<Written<FeatureStateView>> FeatureStates::Create(const auth::Principal& caller,
                                                        const NewStateInput& input) {
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_ASSIGN(FeatureState state, AddState(writing, caller, input, context_.limits));
        return ViewState(writing.tx(), std::move(state));
      });
}

Result<Written<FeatureStateView>> FeatureStates::Update(const auth::Principal& caller,
                                                        const std::string& environment,
                                                        FeatureStateId id,
                                                        const FeatureStateInput& input) {
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_TRY(
            OpenEnvironment(writing.tx(), caller, environment, EnvironmentPermission::kView));
        FLAGSTREAM_ASSIGN(const FeatureState state, FindState(writing.tx(), id));
        FLAGSTREAM_ASSIGN(
            const EnvironmentAccess access,
            OpenEnvironment(writing.tx(), caller, environment, NeededToChange(state)));
        if (!IsListedIn(state, access.environment)) return NoMatch("FeatureState");
        return UpdateIn(writing, access, id, input);
      });
}

Result<Written<FeatureStateView>> FeatureStates::UpdateById(const auth::Principal& caller,
                                                            FeatureStateId id,
                                                            const FeatureStateInput& input) {
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_ASSIGN(const FeatureState state, FindState(writing.tx(), id));
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                          OpenOf(writing.tx(), caller, state, NeededToChange(state)));
        return UpdateIn(writing, access, id, input);
      });
}

Result<void> CheckFlagValue(const flags::FlagValue& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr || wire::CountCodePoints(*text) <= kFlagValueLengthMax) return {};
  return Error::InvalidField(
      "string_value",
      "Ensure this field has no more than " + std::to_string(kFlagValueLengthMax) + " characters.");
}

}  // namespace flagstream::service
