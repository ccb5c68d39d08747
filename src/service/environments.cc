// SPDX-License-Identifier: Apache-2.0
#include "service/environments.h"

#include <utility>

#include "auth/keys.h"
#include "base/random.h"
#include "service/access.h"
#include "service/default_states.h"
#include "service/environment_copy.h"
#include "service/user_permissions.h"
#include "service/writing.h"
#include "store/environment_loader.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using auth::ProjectPermission;
using store::Environment;
using store::Feature;
using store::FeatureState;
using store::Select;

ChangeList Apply(Environment& environment, const EnvironmentInput& input) {
  ChangeList changes;
  changes.Set("name", environment.name, input.name);
  changes.Set("api_key", environment.api_key, input.api_key);
  changes.Set("description", environment.description, input.description);
  changes.Set("minimum_change_request_approvals", environment.minimum_change_request_approvals,
              input.minimum_change_request_approvals);
  changes.Set("allow_client_traits", environment.allow_client_traits, input.allow_client_traits);
  changes.Set("banner_text", environment.banner_text, input.banner_text);
  changes.Set("banner_colour", environment.banner_colour, input.banner_colour);
  changes.Set("hide_disabled_flags", environment.hide_disabled_flags, input.hide_disabled_flags);
  changes.Set("use_identity_composite_key_for_hashing",
              environment.use_identity_composite_key_for_hashing,
              input.use_identity_composite_key_for_hashing);
  changes.Set("hide_sensitive_data", environment.hide_sensitive_data, input.hide_sensitive_data);
  changes.Set("use_identity_overrides_in_local_eval",
              environment.use_identity_overrides_in_local_eval,
              input.use_identity_overrides_in_local_eval);
  return changes;
}

AuditEntry Entry(const Environment& environment, const store::Project& project, std::string log,
                 ChangeType type, ChangeList changes) {
  return {.log = std::move(log) + environment.name,
          .object_type = "ENVIRONMENT",
          .object_id = environment.id,
          .object_uuid = environment.uuid,
          .type = type,
          .organisation = project.organisation_id,
          .project = project.id,
          .environment = environment.id,
          .changes = std::move(changes)};
}

Result<void> CheckName(store::Reader& reader, const Environment& environment) {
  FLAGSTREAM_ASSIGN(
      const std::optional<Environment> other,
      store::FindOne(reader, Select<Environment>()
                                 .Where(&Environment::project_id, environment.project_id)
                                 .Where(&Environment::name, environment.name)));
  if (!other || other->id == environment.id) return {};
  return Error::InvalidField("", "An environment with this name already exists.");
}

// A client key of one environment must be no key of another, of either kind.
Result<void> CheckKey(store::Reader& reader, const Environment& environment) {
  if (!auth::IsWellFormedKey(environment.api_key) || auth::IsServerKey(environment.api_key)) {
    return Error::InvalidField(
        "api_key", "Enter a valid key: letters, digits, hyphens, dots and underscores.");
  }
  FLAGSTREAM_ASSIGN(const std::optional<Environment> other,
                    store::FindOne(reader, Select<Environment>().Where(&Environment::api_key,
                                                                       environment.api_key)));
  if (!other || other->id == environment.id) return {};
  return Error::InvalidField("api_key", "environment with this api key already exists.");
}

Result<void> CheckRoom(Writing& writing, int64_t project, int64_t environments_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Environment>().Where(&Environment::project_id, project)));
  if (count < environments_max) return {};
  return writing.Refuse(
      Limit::kEnvironmentsPerProject,
      Error(ErrorCode::kTooLarge, "The project has the largest number of environments allowed."));
}

// Stores a new one, whose settings are set, in a project that is held. The caller is its
// administrator.
Result<void> InsertNew(Writing& writing, const Context& context, const auth::Principal& caller,
                       Environment& environment) {
  FLAGSTREAM_TRY(
      CheckRoom(writing, environment.project_id, context.limits.environments_per_project_max));
  FLAGSTREAM_TRY(CheckName(writing.tx(), environment));
  FLAGSTREAM_TRY(CheckKey(writing.tx(), environment));
  FLAGSTREAM_TRY(store::Insert(writing.tx(), environment));
  FLAGSTREAM_TRY(MakeAdminOf(writing.tx(), caller, EnvironmentId{environment.id}));
  writing.Stamp({environment.id});
  return {};
}

Result<void> AddDefaultStates(Writing& writing, const store::Project& project,
                              int64_t environment) {
  FLAGSTREAM_ASSIGN(
      const std::vector<Feature> features,
      store::Find(writing.tx(), Select<Feature>().Where(&Feature::project_id, project.id)));
  for (const Feature& feature : features) {
    FLAGSTREAM_TRY(AddDefaultState(writing, project, feature, environment));
  }
  return {};
}

// The settings of `original`, under a name, a key and an identity of its own.
Environment CopySettings(const Environment& original, const std::string& name, int64_t now) {
  Environment copy = original;
  copy.id = 0;
  copy.uuid = NewUuid();
  copy.name = name;
  copy.api_key = auth::NewClientKey();
  copy.created_date = now;
  copy.stamp = 0;
  copy.previous_stamp = 0;
  copy.revision = 0;
  return copy;
}

Result<int64_t> CountSegmentOverrides(store::Reader& reader, int64_t environment) {
  return store::Count(reader, Select<store::FeatureSegment>().Where(
                                  &store::FeatureSegment::environment_id, environment));
}

}  // namespace

Result<PageOf<Environment>> Environments::List(const auth::Principal& caller, ProjectId project,
                                               const Page& page) {
  using List = PageOf<Environment>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const ProjectAccess access, EnterProject(reader, caller, project));
    FLAGSTREAM_ASSIGN(
        Select<Environment> visible,
        EnvironmentsWith(reader, caller, access.grants, project, EnvironmentPermission::kView));
    return FindPage(reader, std::move(visible), page);
  });
}

Result<std::vector<Environment>> Environments::ListAll(const auth::Principal& caller,
                                                       ProjectId project) {
  using List = std::vector<Environment>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const ProjectAccess access,
                      OpenProject(reader, caller, project, ProjectPermission::kView));
    FLAGSTREAM_ASSIGN(
        const Select<Environment> visible,
        EnvironmentsWith(reader, caller, access.grants, project, EnvironmentPermission::kView));
    return store::Find(reader, visible);
  });
}

Result<Environment> Environments::Get(const auth::Principal& caller, const std::string& key) {
  return Read<Environment>(context_, [&](store::Reader& reader) -> Result<Environment> {
    FLAGSTREAM_ASSIGN(EnvironmentAccess access,
                      OpenEnvironment(reader, caller, key, EnvironmentPermission::kView));
    return std::move(access.environment);
  });
}

Result<EnvironmentMetrics> Environments::Metrics(const auth::Principal& caller,
                                                 const std::string& key) {
  return Read<EnvironmentMetrics>(
      context_, [&](store::Reader& reader) -> Result<EnvironmentMetrics> {
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                          OpenEnvironment(reader, caller, key, EnvironmentPermission::kView));
        const int64_t id = access.environment.id;
        const auto defaults = Select<FeatureState>()
                                  .Where(&FeatureState::environment_id, id)
                                  .WhereNull(&FeatureState::identity_id)
                                  .WhereNull(&FeatureState::feature_segment_id);
        EnvironmentMetrics metrics;
        FLAGSTREAM_ASSIGN(metrics.features, store::Count(reader, defaults));
        FLAGSTREAM_ASSIGN(metrics.enabled_features,
                          store::Count(reader, Select<FeatureState>(defaults).Where(
                                                   &FeatureState::enabled, true)));
        FLAGSTREAM_ASSIGN(metrics.segment_overrides, CountSegmentOverrides(reader, id));
        return metrics;
      });
}

Result<EnvironmentDetails> Environments::GetDetails(const auth::Principal& caller,
                                                    const std::string& key) {
  return Read<EnvironmentDetails>(
      context_, [&](store::Reader& reader) -> Result<EnvironmentDetails> {
        FLAGSTREAM_ASSIGN(EnvironmentAccess access,
                          OpenEnvironment(reader, caller, key, EnvironmentPermission::kView));
        FLAGSTREAM_ASSIGN(const int64_t overrides,
                          CountSegmentOverrides(reader, access.environment.id));
        return EnvironmentDetails{std::move(access.environment), overrides};
      });
}

Result<Environment> Environments::GetByUuid(const auth::Principal& caller,
                                            const std::string& uuid) {
  return Read<Environment>(context_, [&](store::Reader& reader) -> Result<Environment> {
    FLAGSTREAM_ASSIGN(
        const std::optional<Environment> environment,
        store::FindOne(reader, Select<Environment>().Where(&Environment::uuid, uuid)));
    FLAGSTREAM_ASSIGN(EnvironmentAccess access,
                      OpenEnvironmentById(reader, caller, {environment ? environment->id : 0},
                                          EnvironmentPermission::kView));
    return std::move(access.environment);
  });
}

Result<flags::Environment> Environments::Document(const auth::Principal& caller,
                                                  const std::string& key) {
  return Read<flags::Environment>(
      context_, [&](store::Reader& reader) -> Result<flags::Environment> {
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                          OpenEnvironment(reader, caller, key, EnvironmentPermission::kView));
        FLAGSTREAM_ASSIGN(std::optional<flags::Environment> loaded,
                          store::LoadEnvironment(reader, {access.environment.id}));
        if (!loaded) return NoMatch("Environment");
        return *std::move(loaded);
      });
}

Result<Written<Environment>> Environments::Create(const auth::Principal& caller, ProjectId project,
                                                  const EnvironmentInput& input) {
  return Write<Environment>(context_, &caller, [&](Writing& writing) -> Result<Environment> {
    FLAGSTREAM_TRY(
        OpenProject(writing.tx(), caller, project, ProjectPermission::kCreateEnvironment));
    FLAGSTREAM_ASSIGN(const store::Project held, writing.Hold<store::Project>(project.value));
    Environment environment;
    environment.uuid = NewUuid();
    environment.project_id = project.value;
    environment.api_key = auth::NewClientKey();
    environment.created_date = writing.now();
    ChangeList changes = Apply(environment, input);
    FLAGSTREAM_TRY(InsertNew(writing, context_, caller, environment));
    FLAGSTREAM_TRY(AddDefaultStates(writing, held, environment.id));
    FLAGSTREAM_TRY(writing.Audit(Entry(
        environment, held, "New Environment created: ", ChangeType::kCreate, std::move(changes))));
    return environment;
  });
}

Result<Written<Environment>> Environments::Clone(const auth::Principal& caller,
                                                 const std::string& key, const std::string& name) {
  return Write<Environment>(context_, &caller, [&](Writing& writing) -> Result<Environment> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(writing.tx(), caller, key, EnvironmentPermission::kView));
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, {access.project.id},
                               ProjectPermission::kCreateEnvironment));
    FLAGSTREAM_TRY(writing.Hold<store::Project>(access.project.id));
    FLAGSTREAM_ASSIGN(const Environment original, writing.Hold<Environment>(access.environment.id));
    Environment copy = CopySettings(original, name, writing.now());
    FLAGSTREAM_TRY(InsertNew(writing, context_, caller, copy));
    FLAGSTREAM_TRY(CopyStates(writing, {original.id}, {copy.id}));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(copy, access.project, "New Environment created: ", ChangeType::kCreate, {})));
    return copy;
  });
}

Result<Written<Environment>> Environments::Update(const auth::Principal& caller,
                                                  const std::string& key,
                                                  const EnvironmentInput& input) {
  return Write<Environment>(context_, &caller, [&](Writing& writing) -> Result<Environment> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(writing.tx(), caller, key, EnvironmentPermission::kManage));
    FLAGSTREAM_ASSIGN(Environment environment, writing.Hold<Environment>(access.environment.id));
    ChangeList changes = Apply(environment, input);
    if (changes.empty()) return environment;
    FLAGSTREAM_TRY(CheckName(writing.tx(), environment));
    if (changes.Has("api_key")) FLAGSTREAM_TRY(CheckKey(writing.tx(), environment));
    FLAGSTREAM_TRY(store::Update(writing.tx(), environment));
    writing.Stamp({environment.id});
    FLAGSTREAM_TRY(writing.Audit(Entry(environment, access.project, "Environment updated: ",
                                       ChangeType::kUpdate, std::move(changes))));
    return environment;
  });
}

Result<Written<Done>> Environments::Delete(const auth::Principal& caller, const std::string& key) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(writing.tx(), caller, key, EnvironmentPermission::kManage));
    FLAGSTREAM_TRY(writing.DeleteEnvironment(access.environment));
    FLAGSTREAM_TRY(writing.Audit(Entry(access.environment, access.project,
                                       "Environment deleted: ", ChangeType::kDelete, {})));
    return Done{};
  });
}

}  // namespace flagstream::service
