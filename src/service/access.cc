// SPDX-License-Identifier: Apache-2.0
#include "service/access.h"

#include <optional>
#include <utility>

#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Membership;
using store::Select;

// What the caller was granted in the organisation; unset if it is no member.
Result<std::optional<auth::Grants>> LoadGrants(store::Reader& reader, const auth::Principal& caller,
                                               int64_t organisation) {
  FLAGSTREAM_ASSIGN(const std::optional<Membership> membership,
                    store::FindOne(reader, Select<Membership>()
                                               .Where(&Membership::user_id, caller.user.value)
                                               .Where(&Membership::organisation_id, organisation)));
  if (!membership) return std::optional<auth::Grants>();
  const std::optional<auth::OrganisationRole> role = auth::ParseRole(membership->role);
  if (!role) return Error(ErrorCode::kCorrupt, "a membership has an unknown role");
  return std::optional(auth::Grants(*role));
}

Result<EnvironmentAccess> Admit(store::Reader& reader, const auth::Principal& caller,
                                std::optional<store::Environment> environment,
                                auth::EnvironmentPermission needed) {
  if (!environment) return NoMatch("Environment");
  FLAGSTREAM_ASSIGN(std::optional<store::Project> project,
                    store::Get<store::Project>(reader, environment->project_id));
  if (!project) return NoMatch("Environment");
  FLAGSTREAM_ASSIGN(const std::optional<auth::Grants> grants,
                    LoadGrants(reader, caller, project->organisation_id));
  if (!grants) return NoMatch("Environment");
  if (!grants->Allow(needed)) return Error::PermissionDenied();
  return EnvironmentAccess{*std::move(environment), *std::move(project)};
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
  FLAGSTREAM_ASSIGN(const std::optional<auth::Grants> grants, LoadGrants(reader, caller, id.value));
  if (!organisation || !grants || !grants->Allow(needed)) return Error::PermissionDenied();
  return OrganisationAccess{*std::move(organisation), *grants};
}

Result<ProjectAccess> OpenProject(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId id, auth::ProjectPermission needed) {
  FLAGSTREAM_ASSIGN(std::optional<store::Project> project,
                    store::Get<store::Project>(reader, id.value));
  if (!project) return NoMatch("Project");
  FLAGSTREAM_ASSIGN(const std::optional<auth::Grants> grants,
                    LoadGrants(reader, caller, project->organisation_id));
  if (!grants) return NoMatch("Project");
  if (!grants->Allow(needed)) return Error::PermissionDenied();
  return ProjectAccess{*std::move(project), *grants};
}

Result<EnvironmentAccess> OpenEnvironment(store::Reader& reader, const auth::Principal& caller,
                                          const std::string& key,
                                          auth::EnvironmentPermission needed) {
  FLAGSTREAM_ASSIGN(std::optional<store::Environment> environment,
                    store::FindOne(reader, Select<store::Environment>().Where(
                                               &store::Environment::api_key, key)));
  return Admit(reader, caller, std::move(environment), needed);
}

Result<EnvironmentAccess> OpenEnvironmentById(store::Reader& reader, const auth::Principal& caller,
                                              EnvironmentId id,
                                              auth::EnvironmentPermission needed) {
  FLAGSTREAM_ASSIGN(std::optional<store::Environment> environment,
                    store::Get<store::Environment>(reader, id.value));
  return Admit(reader, caller, std::move(environment), needed);
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

}  // namespace flagstream::service
