// SPDX-License-Identifier: Apache-2.0
#include "service/identity_overrides.h"

#include <unordered_map>
#include <utility>

#include "service/access.h"
#include "service/default_states.h"
#include "service/state_writing.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Environment;
using store::Feature;
using store::FeatureState;
using store::Select;

using Views = PageOf<FeatureStateView>;

Result<FeatureState> FindOverride(store::Reader& reader, IdentityId identity, FeatureStateId id) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state, store::Get<FeatureState>(reader, id.value));
  if (!state || state->identity_id != identity.value) return NoMatch("FeatureState");
  return *std::move(state);
}

// The identity, in an environment that is held.
Result<IdentityAccess> OpenHeld(Writing& writing, const auth::Principal& caller,
                                const std::string& environment, IdentityId id) {
  FLAGSTREAM_ASSIGN(const IdentityAccess access,
                    OpenIdentity(writing.tx(), caller, environment, id,
                                 EnvironmentPermission::kManageIdentities));
  FLAGSTREAM_TRY(writing.Hold<Environment>(access.environment.id));
  return OpenIdentity(writing.tx(), caller, environment, id,
                      EnvironmentPermission::kManageIdentities);
}

Result<void> CheckFeature(store::Reader& reader, const store::Project& project, FeatureId id) {
  FLAGSTREAM_ASSIGN(const std::optional<Feature> feature, store::Get<Feature>(reader, id.value));
  if (feature && feature->project_id == project.id) return {};
  return Error::InvalidField(
      "feature", "Invalid pk \"" + std::to_string(id.value) + "\" - object does not exist.");
}

Result<void> CheckNew(store::Reader& reader, const IdentityAccess& access, FeatureId feature,
                      int64_t overrides_max) {
  FLAGSTREAM_ASSIGN(const int64_t same,
                    store::Count(reader, Select<FeatureState>()
                                             .Where(&FeatureState::identity_id, access.identity.id)
                                             .Where(&FeatureState::feature_id, feature.value)));
  if (same > 0) {
    return Error(ErrorCode::kConflict,
                 "Feature state already exists for this environment, feature, version, segment & "
                 "identity combination");
  }
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(reader, Select<FeatureState>()
                               .Where(&FeatureState::environment_id, access.environment.id)
                               .WhereNotNull(&FeatureState::identity_id)));
  if (count < overrides_max) return {};
  return Error(ErrorCode::kTooLarge,
               "The environment has the largest number of identity overrides allowed.");
}

}  // namespace

Result<Views> IdentityOverrides::List(const auth::Principal& caller, const std::string& environment,
                                      IdentityId identity, std::optional<FeatureId> feature,
                                      const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenIdentity(reader, caller, environment, identity,
                                   EnvironmentPermission::kViewIdentities));
    Select<FeatureState> select;
    select.Where(&FeatureState::identity_id, identity.value);
    if (feature) select.Where(&FeatureState::feature_id, feature->value);
    FLAGSTREAM_ASSIGN(PageOf<FeatureState> states, FindPage(reader, std::move(select), page));
    Views views{{}, states.count};
    for (FeatureState& state : states.items) {
      FLAGSTREAM_ASSIGN(FeatureStateView view,
                        ViewState(std::move(state), access.identity.identifier));
      views.items.push_back(std::move(view));
    }
    return views;
  });
}

Result<std::vector<IdentityFeature>> IdentityOverrides::ListAll(const auth::Principal& caller,
                                                                const std::string& environment,
                                                                IdentityId identity) {
  using List = std::vector<IdentityFeature>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenIdentity(reader, caller, environment, identity,
                                   EnvironmentPermission::kViewIdentities));
    FLAGSTREAM_ASSIGN(
        std::vector<Feature> features,
        store::Find(reader, Select<Feature>().Where(&Feature::project_id, access.project.id)));
    FLAGSTREAM_ASSIGN(
        std::vector<FeatureState> defaults,
        store::Find(reader, Select<FeatureState>()
                                .Where(&FeatureState::environment_id, access.environment.id)
                                .WhereNull(&FeatureState::identity_id)
                                .WhereNull(&FeatureState::feature_segment_id)));
    FLAGSTREAM_ASSIGN(std::vector<FeatureState> own,
                      store::Find(reader, Select<FeatureState>().Where(&FeatureState::identity_id,
                                                                       identity.value)));
    std::unordered_map<int64_t, FeatureState> winners;
    for (FeatureState& state : own) winners.emplace(state.feature_id, std::move(state));
    for (FeatureState& state : defaults) winners.try_emplace(state.feature_id, std::move(state));
    List list;
    for (Feature& feature : features) {
      const auto winner = winners.find(feature.id);
      if (winner == winners.end())
        return Error(ErrorCode::kCorrupt, "a feature has no default state");
      const bool is_overridden = winner->second.identity_id.has_value();
      FLAGSTREAM_ASSIGN(FeatureStateView view, ViewState(std::move(winner->second)));
      list.push_back({std::move(feature), std::move(view), is_overridden});
    }
    return list;
  });
}

Result<FeatureStateView> IdentityOverrides::Get(const auth::Principal& caller,
                                                const std::string& environment, IdentityId identity,
                                                FeatureStateId id) {
  return Read<FeatureStateView>(context_, [&](store::Reader& reader) -> Result<FeatureStateView> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenIdentity(reader, caller, environment, identity,
                                   EnvironmentPermission::kViewIdentities));
    FLAGSTREAM_ASSIGN(FeatureState state, FindOverride(reader, identity, id));
    return ViewState(std::move(state), access.identity.identifier);
  });
}

Result<Written<FeatureStateView>> IdentityOverrides::Create(const auth::Principal& caller,
                                                            const std::string& environment,
                                                            IdentityId identity,
                                                            const OverrideInput& input) {
  FLAGSTREAM_TRY(CheckFlagValue(input.value));
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_ASSIGN(const IdentityAccess access,
                          OpenHeld(writing, caller, environment, identity));
        FLAGSTREAM_TRY(CheckFeature(writing.tx(), access.project, input.feature));
        FLAGSTREAM_TRY(CheckNew(writing.tx(), access, input.feature,
                                context_.limits.identity_overrides_per_environment_max));
        FeatureState state = NewFeatureState(writing, access.environment.id, input.feature.value,
                                             input.enabled, input.value);
        state.identity_id = identity.value;
        FLAGSTREAM_TRY(store::Insert(writing.tx(), state));
        writing.Stamp({access.environment.id});
        FLAGSTREAM_TRY(AuditState(writing, {access.environment, access.project}, state,
                                  ChangeType::kCreate, ChangeList()));
        return ViewState(std::move(state), access.identity.identifier);
      });
}

Result<Written<FeatureStateView>> IdentityOverrides::Update(const auth::Principal& caller,
                                                            const std::string& environment,
                                                            IdentityId identity, FeatureStateId id,
                                                            const FeatureStateInput& input) {
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_ASSIGN(const IdentityAccess access,
                          OpenHeld(writing, caller, environment, identity));
        FLAGSTREAM_ASSIGN(FeatureState state, FindOverride(writing.tx(), identity, id));
        FLAGSTREAM_TRY(ChangeState(writing, {access.environment, access.project}, state, input));
        return ViewState(std::move(state), access.identity.identifier);
      });
}

Result<Written<Done>> IdentityOverrides::Delete(const auth::Principal& caller,
                                                const std::string& environment, IdentityId identity,
                                                FeatureStateId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_ASSIGN(const FeatureState state, FindOverride(writing.tx(), identity, id));
    FLAGSTREAM_TRY(
        store::Delete(writing.tx(), Select<FeatureState>().Where(&FeatureState::id, id.value)));
    writing.Stamp({access.environment.id});
    FLAGSTREAM_TRY(AuditState(writing, {access.environment, access.project}, state,
                              ChangeType::kDelete, ChangeList()));
    return Done{};
  });
}

}  // namespace flagstream::service
