// SPDX-License-Identifier: Apache-2.0
#include "service/feature_states.h"

#include <unordered_map>
#include <utility>

#include "service/access.h"
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
  return state.identity_id ? EnvironmentPermission::kManageIdentities
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

Result<std::vector<FeatureStateView>> View(store::Reader& reader,
                                           std::vector<FeatureState> states) {
  std::vector<int64_t> ids;
  for (const FeatureState& state : states) {
    if (state.identity_id) ids.push_back(*state.identity_id);
  }
  FLAGSTREAM_ASSIGN(
      const auto rows,
      store::FindMembers(reader, Select<store::Identity>().WhereIn(&store::Identity::id, ids),
                         &store::Identity::id, &store::Identity::identifier));
  std::unordered_map<int64_t, std::string> identifiers;
  for (const auto& [id, identifier] : rows) identifiers.emplace(id, identifier);

  std::vector<FeatureStateView> views;
  views.reserve(states.size());
  for (FeatureState& state : states) {
    std::string identifier = state.identity_id ? identifiers[*state.identity_id] : std::string();
    FLAGSTREAM_ASSIGN(FeatureStateView view, ViewState(std::move(state), std::move(identifier)));
    views.push_back(std::move(view));
  }
  return views;
}

Result<FeatureStateView> ViewOne(store::Reader& reader, FeatureState state) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureStateView> views, View(reader, {std::move(state)}));
  return std::move(views.front());
}

Result<Views> ListIn(store::Reader& reader, const EnvironmentAccess& access,
                     const FeatureStateFilter& filter, const Page& page) {
  FLAGSTREAM_ASSIGN(const std::optional<int64_t> feature,
                    WantedFeature(reader, access.project, filter));
  Select<FeatureState> select;
  select.Where(&FeatureState::environment_id, access.environment.id);
  if (feature) select.Where(&FeatureState::feature_id, *feature);
  if (filter.kind == StateKind::kDefaults) {
    select = Select<FeatureState>(select)
                 .WhereNull(&FeatureState::identity_id)
                 .WhereNull(&FeatureState::feature_segment_id);
  } else if (filter.kind == StateKind::kIdentityOverrides) {
    select = Select<FeatureState>(select).WhereNotNull(&FeatureState::identity_id);
  }
  FLAGSTREAM_ASSIGN(PageOf<FeatureState> states, FindPage(reader, std::move(select), page));
  FLAGSTREAM_ASSIGN(std::vector<FeatureStateView> views, View(reader, std::move(states.items)));
  return Views{std::move(views), states.count};
}

Result<FeatureState> FindState(store::Reader& reader, FeatureStateId id) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state, store::Get<FeatureState>(reader, id.value));
  if (!state) return NoMatch("FeatureState");
  return *std::move(state);
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
  return ViewOne(writing.tx(), std::move(state));
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
    if (state.environment_id != access.environment.id) return NoMatch("FeatureState");
    return ViewOne(reader, std::move(state));
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
    return ViewOne(reader, *std::move(state));
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
        if (state.environment_id != access.environment.id) return NoMatch("FeatureState");
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
