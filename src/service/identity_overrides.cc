// SPDX-License-Identifier: Apache-2.0
#include "service/identity_overrides.h"

#include <algorithm>
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

Result<void> CheckNew(Writing& writing, const IdentityAccess& access, FeatureId feature,
                      int64_t overrides_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t same,
      store::Count(writing.tx(), Select<FeatureState>()
                                     .Where(&FeatureState::identity_id, access.identity.id)
                                     .Where(&FeatureState::feature_id, feature.value)));
  if (same > 0) return StateExists();
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<FeatureState>()
                                     .Where(&FeatureState::environment_id, access.environment.id)
                                     .WhereNotNull(&FeatureState::identity_id)));
  if (count < overrides_max) return {};
  return writing.Refuse(
      Limit::kIdentityOverridesPerEnvironment,
      Error(ErrorCode::kTooLarge,
            "The environment has the largest number of identity overrides allowed."));
}

Result<std::vector<FeatureState>> FindOverrides(store::Reader& reader, int64_t identity) {
  return store::Find(reader, Select<FeatureState>().Where(&FeatureState::identity_id, identity));
}

// Overrides the feature as `source` does; `own` is what the identity has for it already.
Result<void> CopyOverride(Writing& writing, const IdentityAccess& access, const FeatureState* own,
                          const FeatureStateView& source, const Limits& limits) {
  if (own == nullptr) {
    const auto added = AddIdentityOverride(writing, access,
                                           {.feature = {source.state.feature_id},
                                            .enabled = source.state.enabled,
                                            .value = source.value,
                                            .weights = CopyWeights(source.weights)},
                                           limits);
    return added ? Result<void>() : added.error();
  }
  FeatureState changed = *own;
  return ChangeState(writing, {access.environment, access.project}, changed,
                     {.enabled = source.state.enabled,
                      .value = source.value,
                      .weights = CopyWeights(source.weights)});
}

Result<void> RemoveOverride(Writing& writing, const IdentityAccess& access,
                            const FeatureState& state) {
  FLAGSTREAM_TRY(AuditState(writing, {access.environment, access.project}, state,
                            ChangeType::kDelete, ChangeList()));
  FLAGSTREAM_TRY(
      store::Delete(writing.tx(), Select<FeatureState>().Where(&FeatureState::id, state.id)));
  writing.Stamp({access.environment.id});
  return {};
}

Result<void> CopyOverrides(Writing& writing, const IdentityAccess& access, int64_t source,
                           const Limits& limits) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureState> wanted, FindOverrides(writing.tx(), source));
  FLAGSTREAM_ASSIGN(const std::vector<FeatureStateView> views,
                    ViewStates(writing.tx(), std::move(wanted)));
  FLAGSTREAM_ASSIGN(const std::vector<FeatureState> own,
                    FindOverrides(writing.tx(), access.identity.id));
  // Removed first, which makes room for others.
  for (const FeatureState& state : own) {
    const bool stays = std::ranges::any_of(views, [&](const FeatureStateView& view) {
      return view.state.feature_id == state.feature_id;
    });
    if (!stays) FLAGSTREAM_TRY(RemoveOverride(writing, access, state));
  }
  for (const FeatureStateView& view : views) {
    const auto known = std::ranges::find(own, view.state.feature_id, &FeatureState::feature_id);
    FLAGSTREAM_TRY(
        CopyOverride(writing, access, known == own.end() ? nullptr : &*known, view, limits));
  }
  return {};
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
    FLAGSTREAM_ASSIGN(std::vector<FeatureStateView> views,
                      ViewStates(reader, std::move(states.items)));
    return Views{std::move(views), states.count};
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
    return ListIdentityFeatures(reader, access);
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
    return ViewState(reader, std::move(state));
  });
}

Result<Written<FeatureStateView>> IdentityOverrides::Create(const auth::Principal& caller,
                                                            const std::string& environment,
                                                            IdentityId identity,
                                                            const OverrideInput& input) {
  return Write<FeatureStateView>(
      context_, &caller, [&](Writing& writing) -> Result<FeatureStateView> {
        FLAGSTREAM_ASSIGN(const IdentityAccess access,
                          OpenHeld(writing, caller, environment, identity));
        FLAGSTREAM_ASSIGN(FeatureState state,
                          AddIdentityOverride(writing, access, input, context_.limits));
        return ViewState(writing.tx(), std::move(state));
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
        return ViewState(writing.tx(), std::move(state));
      });
}

Result<Written<Done>> IdentityOverrides::Delete(const auth::Principal& caller,
                                                const std::string& environment, IdentityId identity,
                                                FeatureStateId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_ASSIGN(const FeatureState state, FindOverride(writing.tx(), identity, id));
    FLAGSTREAM_TRY(RemoveOverride(writing, access, state));
    return Done{};
  });
}

Result<Written<std::vector<IdentityFeature>>> IdentityOverrides::CopyFrom(
    const auth::Principal& caller, const std::string& environment, IdentityId identity,
    IdentityId source) {
  using List = std::vector<IdentityFeature>;
  return Write<List>(context_, &caller, [&](Writing& writing) -> Result<List> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_TRY(OpenIdentity(writing.tx(), caller, environment, source,
                                EnvironmentPermission::kManageIdentities));
    FLAGSTREAM_TRY(CopyOverrides(writing, access, source.value, context_.limits));
    return ListIdentityFeatures(writing.tx(), access);
  });
}

Result<FeatureState> AddIdentityOverride(Writing& writing, const IdentityAccess& access,
                                         const OverrideInput& input, const Limits& limits) {
  FLAGSTREAM_TRY(CheckFlagValue(input.value));
  FLAGSTREAM_TRY(CheckFeature(writing.tx(), access.project, input.feature));
  FLAGSTREAM_TRY(
      CheckNew(writing, access, input.feature, limits.identity_overrides_per_environment_max));
  FeatureState state = NewFeatureState(writing, access.environment.id, input.feature.value,
                                       input.enabled, input.value);
  state.identity_id = access.identity.id;
  FLAGSTREAM_TRY(store::Insert(writing.tx(), state));
  FLAGSTREAM_TRY(GiveWeights(writing, state, input.weights));
  writing.Stamp({access.environment.id});
  FLAGSTREAM_TRY(AuditState(writing, {access.environment, access.project}, state,
                            ChangeType::kCreate, ChangeList()));
  return state;
}

}  // namespace flagstream::service
