// SPDX-License-Identifier: Apache-2.0
#include "service/features.h"

#include <utility>

#include "base/random.h"
#include "service/access.h"
#include "service/default_states.h"
#include "service/feature_names.h"
#include "service/feature_tags.h"
#include "service/members.h"
#include "service/writing.h"
#include "store/query.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using auth::ProjectPermission;
using store::Feature;
using store::FeatureOwner;
using store::Project;
using store::Select;

AuditEntry Entry(const Feature& feature, const Project& project, std::string log, ChangeType type,
                 ChangeList changes) {
  return {.log = std::move(log) + feature.name,
          .object_type = "FEATURE",
          .object_id = feature.id,
          .object_uuid = feature.uuid,
          .type = type,
          .organisation = project.organisation_id,
          .project = project.id,
          .changes = std::move(changes)};
}

Feature NewFeature(const FeatureInput& input, int64_t project, int64_t now) {
  Feature feature;
  feature.uuid = NewUuid();
  feature.project_id = project;
  feature.name = input.name;
  feature.name_folded = FoldFeatureName(input.name);
  feature.type = input.is_multivariate || !input.options.empty() ? "MULTIVARIATE" : "STANDARD";
  feature.default_enabled = input.default_enabled;
  feature.initial_value = input.initial_value;
  feature.description = input.description;
  feature.is_archived = input.is_archived;
  feature.is_server_key_only = input.is_server_key_only;
  feature.created_date = now;
  return feature;
}

Result<void> CheckName(store::Reader& reader, const Project& project, const Feature& feature) {
  const std::string problem = FeatureNameProblem(project, feature.name);
  if (!problem.empty()) return Error::InvalidField("name", problem);
  FLAGSTREAM_ASSIGN(const int64_t same,
                    store::Count(reader, Select<Feature>()
                                             .Where(&Feature::project_id, project.id)
                                             .Where(&Feature::name_folded, feature.name_folded)));
  if (same == 0) return {};
  return Error::InvalidField(
      "name",
      "Feature with that name already exists for this project. Note that feature names are "
      "case insensitive.");
}

Result<void> CheckRoom(Writing& writing, int64_t project, int64_t features_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Feature>().Where(&Feature::project_id, project)));
  if (count < features_max) return {};
  return writing.Refuse(
      Limit::kFeaturesPerProject,
      Error::InvalidField("project",
                          "The project has reached the maximum allowed features limit."));
}

// Owners must be members, so that nobody learns of a stranger by naming his id.
Result<void> CheckOwners(store::Reader& reader, const Project& project,
                         const std::vector<int64_t>& users) {
  for (const int64_t user : users) {
    FLAGSTREAM_ASSIGN(const int64_t count,
                      store::Count(reader, Select<store::Membership>()
                                               .Where(&store::Membership::user_id, user)
                                               .Where(&store::Membership::organisation_id,
                                                      project.organisation_id)));
    if (count == 0) return Error::InvalidField("user_ids", "Some users not found");
  }
  return {};
}

Error OwnerRequired() {
  return Error::InvalidField("owners",
                             "This project requires a feature to have at least one owner.");
}

// Returns whether any of them was not an owner yet.
Result<bool> InsertOwners(store::Transaction& tx, int64_t feature,
                          const std::vector<int64_t>& users) {
  bool changed = false;
  for (const int64_t user : users) {
    FLAGSTREAM_ASSIGN(const int64_t known,
                      store::Count(tx, Select<FeatureOwner>()
                                           .Where(&FeatureOwner::feature_id, feature)
                                           .Where(&FeatureOwner::user_id, user)));
    if (known > 0) continue;
    FeatureOwner owner;
    owner.feature_id = feature;
    owner.user_id = user;
    FLAGSTREAM_TRY(store::Insert(tx, owner));
    changed = true;
  }
  return changed;
}

Result<void> CheckIsOwned(store::Reader& reader, FeatureId id) {
  FLAGSTREAM_ASSIGN(
      const int64_t owners,
      store::Count(reader, Select<FeatureOwner>().Where(&FeatureOwner::feature_id, id.value)));
  if (owners == 0) return OwnerRequired();
  return {};
}

// Whoever makes a feature owns it; a master key is nobody.
std::vector<int64_t> DefaultOwners(const auth::Principal& caller) {
  if (caller.key) return {};
  return {caller.user.value};
}

Result<void> InsertDefaultStates(Writing& writing, const Project& project, const Feature& feature) {
  FLAGSTREAM_ASSIGN(const auto environments,
                    store::FindMembers(writing.tx(),
                                       Select<store::Environment>().Where(
                                           &store::Environment::project_id, project.id),
                                       &store::Environment::id));
  for (const auto& [id] : environments)
    FLAGSTREAM_TRY(AddDefaultState(writing, project, feature, id));
  return {};
}

// The feature in its project, which is held until the end.
Result<FeatureAccess> OpenHeld(Writing& writing, const auth::Principal& caller, ProjectId project,
                               FeatureId id, ProjectPermission needed) {
  FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, needed));
  FLAGSTREAM_TRY(writing.Hold<Project>(project.value));
  return OpenFeature(writing.tx(), caller, project, id, needed);
}

// Those that a new feature is born with; its states come later and take their weights from them.
Result<void> InsertOptions(Writing& writing, const Feature& feature,
                           const std::vector<OptionInput>& inputs, const Limits& limits) {
  Options options;
  for (const OptionInput& input : inputs) {
    FLAGSTREAM_ASSIGN(store::MultivariateOption option, NewOption(feature, input));
    options.push_back(std::move(option));
  }
  FLAGSTREAM_TRY(CheckOptions(writing, options, limits, "multivariate_options"));
  for (store::MultivariateOption& option : options)
    FLAGSTREAM_TRY(store::Insert(writing.tx(), option));
  return {};
}

// Makes the options of the feature these. Returns whether clients can tell.
Result<bool> UpdateOptions(Writing& writing, const auth::Principal& caller, Feature& feature,
                           const std::vector<OptionOfFeature>& options, const Limits& limits,
                           ChangeList& changes) {
  FLAGSTREAM_ASSIGN(const Options stored, FindOptions(writing.tx(), {feature.id}));
  if (options.empty() && stored.empty()) return false;
  FLAGSTREAM_TRY(
      OpenProject(writing.tx(), caller, {feature.project_id}, ProjectPermission::kManage));
  return ReplaceOptions(writing, feature, options, limits, changes);
}

Result<void> CheckEnvironment(store::Reader& reader, const auth::Principal& caller,
                              ProjectId project, EnvironmentId environment) {
  FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                    OpenEnvironmentById(reader, caller, environment, EnvironmentPermission::kView));
  if (access.project.id != project.value) return NoMatch("Environment");
  return {};
}

}  // namespace

Result<PageOf<FeatureView>> Features::List(const auth::Principal& caller, ProjectId project,
                                           const FeatureFilter& filter, const Page& page) {
  using Views = PageOf<FeatureView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kView));
    if (filter.environment)
      FLAGSTREAM_TRY(CheckEnvironment(reader, caller, project, *filter.environment));
    FLAGSTREAM_ASSIGN(PageOf<Feature> features, FindFeatures(reader, project, filter, page));
    FLAGSTREAM_ASSIGN(std::vector<FeatureView> views,
                      ViewFeatures(reader, std::move(features.items),
                                   {.environment = filter.environment, .segment = filter.segment}));
    return Views{std::move(views), features.count};
  });
}

Result<FeatureView> Features::Get(const auth::Principal& caller, ProjectId project, FeatureId id) {
  return Read<FeatureView>(context_, [&](store::Reader& reader) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(FeatureAccess access,
                      OpenFeature(reader, caller, project, id, ProjectPermission::kView));
    return ViewFeature(reader, std::move(access.feature));
  });
}

Result<FeatureView> Features::GetByUuid(const auth::Principal& caller, const std::string& uuid) {
  return Read<FeatureView>(context_, [&](store::Reader& reader) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(const std::optional<Feature> feature,
                      store::FindOne(reader, Select<Feature>().Where(&Feature::uuid, uuid)));
    if (!feature) return NoMatch("Feature");
    const auto access =
        OpenFeature(reader, caller, {feature->project_id}, {feature->id}, ProjectPermission::kView);
    // A stranger must not learn that the feature exists.
    if (!access && access.error().code() == ErrorCode::kNotFound) return NoMatch("Feature");
    FLAGSTREAM_TRY(access);
    return ViewFeature(reader, *feature);
  });
}

Result<std::vector<DayCount>> Features::Evaluations(const auth::Principal& caller,
                                                    ProjectId project, FeatureId id,
                                                    EnvironmentId environment, int64_t days) {
  using List = std::vector<DayCount>;
  using store::AnalyticsCount;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_TRY(OpenFeature(reader, caller, project, id, ProjectPermission::kView));
    FLAGSTREAM_TRY(CheckEnvironment(reader, caller, project, environment));
    FLAGSTREAM_ASSIGN(const int64_t now, reader.NowMicros());
    FLAGSTREAM_ASSIGN(
        const std::vector<AnalyticsCount> rows,
        store::Find(reader, Select<AnalyticsCount>()
                                .Where(&AnalyticsCount::environment_id, environment.value)
                                .Where(&AnalyticsCount::feature_id, id.value)
                                .WhereGreater(&AnalyticsCount::day, wire::DayOf(now) - days)
                                .OrderBy(&AnalyticsCount::day)));
    List list;
    for (const AnalyticsCount& row : rows) list.push_back({row.day, row.count});
    return list;
  });
}

Result<Written<FeatureView>> Features::Create(const auth::Principal& caller, ProjectId project,
                                              const FeatureInput& input) {
  return Write<FeatureView>(context_, &caller, [&](Writing& writing) -> Result<FeatureView> {
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kCreateFeature));
    FLAGSTREAM_ASSIGN(const Project held, writing.Hold<Project>(project.value));
    Feature feature = NewFeature(input, project.value, writing.now());
    FLAGSTREAM_TRY(CheckName(writing.tx(), held, feature));
    FLAGSTREAM_TRY(CheckRoom(writing, project.value, context_.limits.features_per_project_max));
    const std::vector<int64_t> owners = input.owners.value_or(DefaultOwners(caller));
    if (owners.empty() && held.enforce_feature_owners) return OwnerRequired();
    FLAGSTREAM_TRY(CheckOwners(writing.tx(), held, owners));
    if (!input.options.empty())
      FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kManage));
    FLAGSTREAM_TRY(store::Insert(writing.tx(), feature));
    FLAGSTREAM_TRY(InsertOwners(writing.tx(), feature.id, owners));
    ChangeList born_with;
    FLAGSTREAM_TRY(SetFeatureTags(writing, held, feature.id, input.tags, born_with));
    FLAGSTREAM_TRY(InsertOptions(writing, feature, input.options, context_.limits));
    FLAGSTREAM_TRY(InsertDefaultStates(writing, held, feature));
    FLAGSTREAM_TRY(writing.StampProject(project));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(feature, held, "New Flag / Remote Config created: ", ChangeType::kCreate, {})));
    return ViewFeature(writing.tx(), std::move(feature));
  });
}

Result<Written<FeatureView>> Features::Update(const auth::Principal& caller, ProjectId project,
                                              FeatureId id, const FeatureUpdate& update) {
  return Write<FeatureView>(context_, &caller, [&](Writing& writing) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(FeatureAccess access,
                      OpenHeld(writing, caller, project, id, ProjectPermission::kCreateFeature));
    Feature& feature = access.feature;
    ChangeList changes;
    bool is_served = changes.Set("description", feature.description, update.description);
    is_served |= changes.Set("is_archived", feature.is_archived, update.is_archived);
    is_served |=
        changes.Set("is_server_key_only", feature.is_server_key_only, update.is_server_key_only);
    if (update.options) {
      FLAGSTREAM_ASSIGN(const bool told, UpdateOptions(writing, caller, feature, *update.options,
                                                       context_.limits, changes));
      is_served |= told;
    }
    if (update.tags)
      FLAGSTREAM_TRY(SetFeatureTags(writing, access.project, feature.id, *update.tags, changes));
    if (!changes.empty()) {
      FLAGSTREAM_TRY(store::Update(writing.tx(), feature));
      if (is_served) FLAGSTREAM_TRY(writing.StampProject(project));
      FLAGSTREAM_TRY(writing.Audit(Entry(feature, access.project, "Flag / Remote Config updated: ",
                                         ChangeType::kUpdate, std::move(changes))));
    }
    return ViewFeature(writing.tx(), std::move(feature));
  });
}

Result<Written<Done>> Features::Delete(const auth::Principal& caller, ProjectId project,
                                       FeatureId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const FeatureAccess access,
                      OpenHeld(writing, caller, project, id, ProjectPermission::kDeleteFeature));
    FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Feature>().Where(&Feature::id, id.value)));
    FLAGSTREAM_TRY(writing.StampProject(project));
    FLAGSTREAM_TRY(writing.Audit(Entry(access.feature, access.project,
                                       "Flag / Remote Config Deleted: ", ChangeType::kDelete, {})));
    return Done{};
  });
}

Result<Written<FeatureView>> Features::AddOwners(const auth::Principal& caller, ProjectId project,
                                                 FeatureId id, const std::vector<int64_t>& users) {
  return Write<FeatureView>(context_, &caller, [&](Writing& writing) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(FeatureAccess access,
                      OpenHeld(writing, caller, project, id, ProjectPermission::kCreateFeature));
    FLAGSTREAM_TRY(CheckOwners(writing.tx(), access.project, users));
    FLAGSTREAM_ASSIGN(const bool changed, InsertOwners(writing.tx(), id.value, users));
    if (changed) {
      FLAGSTREAM_TRY(writing.Audit(Entry(access.feature, access.project,
                                         "Owners added to feature: ", ChangeType::kUpdate, {})));
    }
    return ViewFeature(writing.tx(), std::move(access.feature));
  });
}

Result<Written<FeatureView>> Features::RemoveOwners(const auth::Principal& caller,
                                                    ProjectId project, FeatureId id,
                                                    const std::vector<int64_t>& users) {
  return Write<FeatureView>(context_, &caller, [&](Writing& writing) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(FeatureAccess access,
                      OpenHeld(writing, caller, project, id, ProjectPermission::kCreateFeature));
    FLAGSTREAM_ASSIGN(const int64_t removed,
                      store::Delete(writing.tx(), Select<FeatureOwner>()
                                                      .Where(&FeatureOwner::feature_id, id.value)
                                                      .WhereIn(&FeatureOwner::user_id, users)));
    if (access.project.enforce_feature_owners) FLAGSTREAM_TRY(CheckIsOwned(writing.tx(), id));
    if (removed > 0) {
      FLAGSTREAM_TRY(
          writing.Audit(Entry(access.feature, access.project,
                              "Owners removed from feature: ", ChangeType::kUpdate, {})));
    }
    return ViewFeature(writing.tx(), std::move(access.feature));
  });
}

Result<FeatureView> Features::ChangeGroupOwners(const auth::Principal& caller, ProjectId project,
                                                FeatureId id, const std::vector<int64_t>& groups) {
  return Read<FeatureView>(context_, [&](store::Reader& reader) -> Result<FeatureView> {
    FLAGSTREAM_ASSIGN(FeatureAccess access,
                      OpenFeature(reader, caller, project, id, ProjectPermission::kCreateFeature));
    if (!groups.empty()) return Error::InvalidField("group_ids", "Some groups not found");
    return ViewFeature(reader, std::move(access.feature));
  });
}

}  // namespace flagstream::service
