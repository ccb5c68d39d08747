// SPDX-License-Identifier: Apache-2.0
#include "service/access.h"

#include <optional>
#include <utility>

#include "auth/permission_keys.h"

namespace flagstream::service {
namespace {

using store::Membership;
using store::Select;
using store::UserPermission;

// What rights are asked about: of an organisation, and of a project and an environment in it.
struct Place {
  int64_t organisation = 0;
  std::optional<int64_t> project = std::nullopt;
  std::optional<int64_t> environment = std::nullopt;
};

// Adds what the user was granted on the thing that `member` names by `id`.
template <class Permission>
Result<void> AddRights(store::Reader& reader, const auth::Principal& caller,
                       std::optional<int64_t> UserPermission::* member, std::optional<int64_t> id,
                       auth::Grants& grants) {
  if (!id) return {};
  FLAGSTREAM_ASSIGN(const std::optional<UserPermission> given,
                    store::FindOne(reader, Select<UserPermission>()
                                               .Where(&UserPermission::user_id, caller.user.value)
                                               .Where(member, id)));
  if (given) grants.Set(auth::ReadRights<Permission>(given->admin, given->permissions));
  return {};
}

// Unset if the caller is no member of the organisation.
Result<std::optional<auth::OrganisationRole>> LoadRole(store::Reader& reader,
                                                       const auth::Principal& caller,
                                                       int64_t organisation) {
  using Role = std::optional<auth::OrganisationRole>;
  if (caller.key) {
    if (caller.key->organisation.value != organisation) return Role();
    return Role(auth::OrganisationRole::kAdmin);
  }
  FLAGSTREAM_ASSIGN(const std::optional<Membership> membership,
                    store::FindOne(reader, Select<Membership>()
                                               .Where(&Membership::user_id, caller.user.value)
                                               .Where(&Membership::organisation_id, organisation)));
  if (!membership) return Role();
  const Role role = auth::ParseRole(membership->role);
  if (!role) return Error(ErrorCode::kCorrupt, "a membership has an unknown role");
  return role;
}

// What the caller was granted there; unset if it is no member of the organisation.
Result<std::optional<auth::Grants>> LoadGrants(store::Reader& reader, const auth::Principal& caller,
                                               const Place& place) {
  FLAGSTREAM_ASSIGN(const std::optional<auth::OrganisationRole> role,
                    LoadRole(reader, caller, place.organisation));
  if (!role) return std::optional<auth::Grants>();
  auth::Grants grants(*role);
  if (grants.IsOrganisationAdmin()) return std::optional(grants);
  FLAGSTREAM_TRY(AddRights<auth::OrganisationPermission>(
      reader, caller, &UserPermission::organisation_id, place.organisation, grants));
  FLAGSTREAM_TRY(AddRights<auth::ProjectPermission>(reader, caller, &UserPermission::project_id,
                                                    place.project, grants));
  FLAGSTREAM_TRY(AddRights<auth::EnvironmentPermission>(
      reader, caller, &UserPermission::environment_id, place.environment, grants));
  return std::optional(grants);
}

Result<EnvironmentAccess> Enter(store::Reader& reader, const auth::Principal& caller,
                                std::optional<store::Environment> environment) {
  if (!environment) return NoMatch("Environment");
  FLAGSTREAM_ASSIGN(std::optional<store::Project> project,
                    store::Get<store::Project>(reader, environment->project_id));
  if (!project) return NoMatch("Environment");
  FLAGSTREAM_ASSIGN(
      const std::optional<auth::Grants> grants,
      LoadGrants(reader, caller, {project->organisation_id, project->id, environment->id}));
  if (!grants) return NoMatch("Environment");
  return EnvironmentAccess{*std::move(environment), *std::move(project), *grants};
}

// `access`, if it includes the right.
template <class Access, class Permission>
Result<Access> Demand(Result<Access> access, Permission needed) {
  if (access && !access->grants.Allow(needed)) return Error::PermissionDenied();
  return access;
}

// The ids of the projects or environments, whichever `member` names, on which the user was given
// `needed`.
template <class Permission>
Result<std::vector<int64_t>> GivenOn(store::Reader& reader, const auth::Principal& caller,
                                     std::optional<int64_t> UserPermission::* member,
                                     Permission needed) {
  FLAGSTREAM_ASSIGN(const std::vector<UserPermission> rows,
                    store::Find(reader, Select<UserPermission>()
                                            .Where(&UserPermission::user_id, caller.user.value)
                                            .WhereNotNull(member)));
  std::vector<int64_t> ids;
  for (const UserPermission& row : rows) {
    if (auth::ReadRights<Permission>(row.admin, row.permissions).Has(needed))
      ids.push_back(*(row.*member));
  }
  return ids;
}

}  // namespace

Error NoMatch(std::string_view kind) {
  return Error::NotFound("No " + std::string(kind) + " matches the given query.");
}

Result<OrganisationAccess> OpenOrganisation(store::Reader& reader, const auth::Principal& caller,
                                            OrganisationId id,
                                            auth::OrganisationPermission needed) {
  FLAGSTREAM_ASSIGN(std::optional<store::Organisation> organisation,
                    store::Get<store::Organisation>(reader, id.value));
  if (!organisation) return NoMatch("Organisation");
  FLAGSTREAM_ASSIGN(const std::optional<auth::Grants> grants,
                    LoadGrants(reader, caller, {id.value}));
  if (!grants) return NoMatch("Organisation");
  if (!grants->Allow(needed)) return Error::PermissionDenied();
  return OrganisationAccess{*std::move(organisation), *grants};
}

Result<ProjectAccess> EnterProject(store::Reader& reader, const auth::Principal& caller,
                                   ProjectId id) {
  FLAGSTREAM_ASSIGN(std::optional<store::Project> project,
                    store::Get<store::Project>(reader, id.value));
  if (!project) return NoMatch("Project");
  FLAGSTREAM_ASSIGN(const std::optional<auth::Grants> grants,
                    LoadGrants(reader, caller, {project->organisation_id, project->id}));
  if (!grants) return NoMatch("Project");
  return ProjectAccess{*std::move(project), *grants};
}

Result<EnvironmentAccess> EnterEnvironment(store::Reader& reader, const auth::Principal& caller,
                                           const std::string& key) {
  FLAGSTREAM_ASSIGN(std::optional<store::Environment> environment,
                    store::FindOne(reader, Select<store::Environment>().Where(
                                               &store::Environment::api_key, key)));
  return Enter(reader, caller, std::move(environment));
}

Result<ProjectAccess> OpenProject(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId id, auth::ProjectPermission needed) {
  return Demand(EnterProject(reader, caller, id), needed);
}

Result<EnvironmentAccess> OpenEnvironment(store::Reader& reader, const auth::Principal& caller,
                                          const std::string& key,
                                          auth::EnvironmentPermission needed) {
  return Demand(EnterEnvironment(reader, caller, key), needed);
}

Result<EnvironmentAccess> EnterEnvironmentById(store::Reader& reader, const auth::Principal& caller,
                                               EnvironmentId id) {
  FLAGSTREAM_ASSIGN(std::optional<store::Environment> environment,
                    store::Get<store::Environment>(reader, id.value));
  return Enter(reader, caller, std::move(environment));
}

Result<EnvironmentAccess> OpenEnvironmentById(store::Reader& reader, const auth::Principal& caller,
                                              EnvironmentId id,
                                              auth::EnvironmentPermission needed) {
  return Demand(EnterEnvironmentById(reader, caller, id), needed);
}

Result<FeatureAccess> OpenFeature(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId project, FeatureId id, auth::ProjectPermission needed) {
  FLAGSTREAM_ASSIGN(ProjectAccess access, OpenProject(reader, caller, project, needed));
  FLAGSTREAM_ASSIGN(std::optional<store::Feature> feature,
                    store::Get<store::Feature>(reader, id.value));
  if (!feature || feature->project_id != project.value) return NoMatch("Feature");
  return FeatureAccess{*std::move(feature), std::move(access.project)};
}

Result<IdentityAccess> OpenIdentity(store::Reader& reader, const auth::Principal& caller,
                                    const std::string& environment_key, IdentityId id,
                                    auth::EnvironmentPermission needed) {
  FLAGSTREAM_ASSIGN(EnvironmentAccess access,
                    OpenEnvironment(reader, caller, environment_key, needed));
  FLAGSTREAM_ASSIGN(std::optional<store::Identity> identity,
                    store::Get<store::Identity>(reader, id.value));
  if (!identity || identity->environment_id != access.environment.id) return NoMatch("Identity");
  return IdentityAccess{*std::move(identity), std::move(access.environment),
                        std::move(access.project)};
}

Result<std::vector<OrganisationId>> OrganisationsOf(store::Reader& reader,
                                                    const auth::Principal& caller) {
  if (caller.key) return std::vector{caller.key->organisation};
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<Membership>()
                                           .Where(&Membership::user_id, caller.user.value)
                                           .OrderBy(&Membership::organisation_id),
                                       &Membership::organisation_id));
  std::vector<OrganisationId> organisations;
  organisations.reserve(rows.size());
  for (const auto& [id] : rows) organisations.push_back({id});
  return organisations;
}

Result<std::vector<store::Project>> VisibleProjects(store::Reader& reader,
                                                    const auth::Principal& caller,
                                                    const auth::Grants& grants,
                                                    Select<store::Project> select) {
  if (!grants.IsOrganisationAdmin()) {
    FLAGSTREAM_ASSIGN(
        const std::vector<int64_t> ids,
        GivenOn(reader, caller, &UserPermission::project_id, auth::ProjectPermission::kView));
    select = Select<store::Project>(select).WhereIn(&store::Project::id, ids);
  }
  return store::Find(reader, select);
}

Result<Select<store::Environment>> EnvironmentsWith(store::Reader& reader,
                                                    const auth::Principal& caller,
                                                    const auth::Grants& grants, ProjectId project,
                                                    auth::EnvironmentPermission needed) {
  auto select = Select<store::Environment>().Where(&store::Environment::project_id, project.value);
  if (!grants.IsProjectAdmin()) {
    FLAGSTREAM_ASSIGN(const std::vector<int64_t> ids,
                      GivenOn(reader, caller, &UserPermission::environment_id, needed));
    select = Select<store::Environment>(select).WhereIn(&store::Environment::id, ids);
  }
  return select;
}

Result<void> RequireUser(const auth::Principal& caller) {
  if (caller.key) return Error::PermissionDenied();
  return {};
}

}  // namespace flagstream::service
