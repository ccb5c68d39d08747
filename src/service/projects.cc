// SPDX-License-Identifier: Apache-2.0
#include "service/projects.h"

#include <utility>

#include "base/random.h"
#include "flags/regex.h"
#include "service/access.h"
#include "service/user_permissions.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::OrganisationPermission;
using auth::ProjectPermission;
using store::Environment;
using store::Project;
using store::Select;

ChangeList Apply(Project& project, const ProjectInput& input) {
  ChangeList changes;
  changes.Set("name", project.name, input.name);
  changes.Set("hide_disabled_flags", project.hide_disabled_flags, input.hide_disabled_flags);
  changes.Set("prevent_flag_defaults", project.prevent_flag_defaults, input.prevent_flag_defaults);
  changes.Set("enable_realtime_updates", project.enable_realtime_updates,
              input.enable_realtime_updates);
  changes.Set("only_allow_lower_case_feature_names", project.only_allow_lower_case_feature_names,
              input.only_allow_lower_case_feature_names);
  changes.Set("feature_name_regex", project.feature_name_regex, input.feature_name_regex);
  changes.Set("stale_flags_limit_days", project.stale_flags_limit_days,
              input.stale_flags_limit_days);
  changes.Set("minimum_change_request_approvals", project.minimum_change_request_approvals,
              input.minimum_change_request_approvals);
  changes.Set("enforce_feature_owners", project.enforce_feature_owners,
              input.enforce_feature_owners);
  return changes;
}

// Whether clients are served something else after it.
bool IsInDocument(const ChangeList& changes) {
  return changes.Has("name") || changes.Has("hide_disabled_flags") ||
         changes.Has("enable_realtime_updates");
}

// A pattern that is none would keep every new feature out.
Result<void> CheckPattern(const ProjectInput& input) {
  if (!input.feature_name_regex || !*input.feature_name_regex) return {};
  if (flags::Regex::Compile(**input.feature_name_regex)) return {};
  return Error::InvalidField("feature_name_regex", "Enter a valid regular expression.");
}

AuditEntry Entry(const Project& project, std::string log, ChangeType type, ChangeList changes) {
  return {.log = std::move(log) + project.name,
          .object_type = "PROJECT",
          .object_id = project.id,
          .object_uuid = project.uuid,
          .type = type,
          .organisation = project.organisation_id,
          .project = project.id,
          .changes = std::move(changes)};
}

Result<void> CheckName(store::Reader& reader, const Project& project) {
  FLAGSTREAM_ASSIGN(
      const std::optional<Project> other,
      store::FindOne(reader, Select<Project>()
                                 .Where(&Project::organisation_id, project.organisation_id)
                                 .Where(&Project::name, project.name)));
  if (!other || other->id == project.id) return {};
  return Error::InvalidField("", "The fields organisation, name must make a unique set.");
}

Result<void> CheckRoom(Writing& writing, int64_t organisation, int64_t projects_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Project>().Where(&Project::organisation_id, organisation)));
  if (count < projects_max) return {};
  return writing.Refuse(
      Limit::kProjectsPerOrganisation,
      Error(ErrorCode::kTooLarge, "The organisation has the largest number of projects allowed."));
}

Result<std::vector<Project>> ProjectsOf(store::Reader& reader, const auth::Principal& caller,
                                        OrganisationId organisation, const ProjectFilter& filter) {
  FLAGSTREAM_ASSIGN(const OrganisationAccess access,
                    OpenOrganisation(reader, caller, organisation, OrganisationPermission::kView));
  Select<Project> select;
  select.Where(&Project::organisation_id, organisation.value);
  if (filter.uuid) select.Where(&Project::uuid, *filter.uuid);
  return VisibleProjects(reader, caller, access.grants, select);
}

// Those in which the filter may match; a stranger's organisation is in no list.
Result<std::vector<OrganisationId>> OrganisationsToSearch(store::Reader& reader,
                                                          const auth::Principal& caller,
                                                          const ProjectFilter& filter) {
  FLAGSTREAM_ASSIGN(const std::vector<OrganisationId> all, OrganisationsOf(reader, caller));
  std::vector<OrganisationId> found;
  for (const OrganisationId id : all) {
    if (!filter.organisation || *filter.organisation == id) found.push_back(id);
  }
  return found;
}

}  // namespace

Result<std::vector<Project>> Projects::List(const auth::Principal& caller,
                                            const ProjectFilter& filter) {
  using List = std::vector<Project>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const std::vector<OrganisationId> organisations,
                      OrganisationsToSearch(reader, caller, filter));
    List all;
    for (const OrganisationId organisation : organisations) {
      FLAGSTREAM_ASSIGN(List some, ProjectsOf(reader, caller, organisation, filter));
      all.insert(all.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
    }
    return all;
  });
}

Result<std::vector<Project>> Projects::ListOfOrganisation(const auth::Principal& caller,
                                                          OrganisationId organisation) {
  using List = std::vector<Project>;
  return Read<List>(context_, [&](store::Reader& reader) {
    return ProjectsOf(reader, caller, organisation, {});
  });
}

Result<ProjectDetails> Projects::Get(const auth::Principal& caller, ProjectId id) {
  return Read<ProjectDetails>(context_, [&](store::Reader& reader) -> Result<ProjectDetails> {
    FLAGSTREAM_ASSIGN(ProjectAccess access,
                      OpenProject(reader, caller, id, ProjectPermission::kView));
    FLAGSTREAM_ASSIGN(const int64_t features,
                      store::Count(reader, Select<store::Feature>().Where(
                                               &store::Feature::project_id, id.value)));
    FLAGSTREAM_ASSIGN(const int64_t segments,
                      store::Count(reader, Select<store::Segment>().Where(
                                               &store::Segment::project_id, id.value)));
    return ProjectDetails{std::move(access.project), features, segments};
  });
}

Result<Project> Projects::GetByUuid(const auth::Principal& caller, const std::string& uuid) {
  return Read<Project>(context_, [&](store::Reader& reader) -> Result<Project> {
    FLAGSTREAM_ASSIGN(const std::optional<Project> project,
                      store::FindOne(reader, Select<Project>().Where(&Project::uuid, uuid)));
    FLAGSTREAM_ASSIGN(ProjectAccess access, OpenProject(reader, caller, {project ? project->id : 0},
                                                        ProjectPermission::kView));
    return std::move(access.project);
  });
}

Result<Written<Project>> Projects::Create(const auth::Principal& caller,
                                          OrganisationId organisation, const ProjectInput& input) {
  FLAGSTREAM_TRY(CheckPattern(input));
  return Write<Project>(context_, &caller, [&](Writing& writing) -> Result<Project> {
    FLAGSTREAM_ASSIGN(const OrganisationAccess access,
                      OpenOrganisation(writing.tx(), caller, organisation,
                                       OrganisationPermission::kCreateProject));
    FLAGSTREAM_ASSIGN(const store::Organisation held,
                      writing.Hold<store::Organisation>(organisation.value));
    if (held.restrict_project_create_to_admin && !access.grants.IsOrganisationAdmin())
      return Error::PermissionDenied();
    FLAGSTREAM_TRY(
        CheckRoom(writing, organisation.value, context_.limits.projects_per_organisation_max));
    Project project;
    project.uuid = NewUuid();
    project.organisation_id = organisation.value;
    project.created_date = writing.now();
    ChangeList changes = Apply(project, input);
    FLAGSTREAM_TRY(CheckName(writing.tx(), project));
    FLAGSTREAM_TRY(store::Insert(writing.tx(), project));
    FLAGSTREAM_TRY(MakeAdminOf(writing.tx(), caller, ProjectId{project.id}));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(project, "New Project created: ", ChangeType::kCreate, std::move(changes))));
    return project;
  });
}

Result<Written<Project>> Projects::Update(const auth::Principal& caller, ProjectId id,
                                          const ProjectInput& input) {
  FLAGSTREAM_TRY(CheckPattern(input));
  return Write<Project>(context_, &caller, [&](Writing& writing) -> Result<Project> {
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, id, ProjectPermission::kManage));
    FLAGSTREAM_ASSIGN(Project project, writing.Hold<Project>(id.value));
    ChangeList changes = Apply(project, input);
    if (changes.empty()) return project;
    FLAGSTREAM_TRY(CheckName(writing.tx(), project));
    FLAGSTREAM_TRY(store::Update(writing.tx(), project));
    if (IsInDocument(changes)) FLAGSTREAM_TRY(writing.StampProject(id));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(project, "Project updated: ", ChangeType::kUpdate, std::move(changes))));
    return project;
  });
}

Result<Written<Done>> Projects::Delete(const auth::Principal& caller, ProjectId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, id, ProjectPermission::kManage));
    FLAGSTREAM_TRY(DeleteProject(writing, id));
    return Done{};
  });
}

Result<void> DeleteProject(Writing& writing, ProjectId id) {
  FLAGSTREAM_ASSIGN(const Project project, writing.Hold<Project>(id.value));
  FLAGSTREAM_ASSIGN(
      const std::vector<Environment> environments,
      store::Find(writing.tx(), Select<Environment>().Where(&Environment::project_id, id.value)));
  for (const Environment& environment : environments)
    FLAGSTREAM_TRY(writing.DeleteEnvironment(environment));
  FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Project>().Where(&Project::id, id.value)));
  return writing.Audit(Entry(project, "Project deleted: ", ChangeType::kDelete, {}));
}

}  // namespace flagstream::service
