// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/permissions.h"
#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/query.h"
#include "store/records.h"
#include "store/store.h"

// The way from a caller to the things it names: each is found only together with the right to do
// what the caller wants with it. What is absent and what belongs to strangers gets the same answer,
// kNotFound; a member without the right gets kPermissionDenied.
namespace flagstream::service {

struct OrganisationAccess {
  store::Organisation organisation;
  auth::Grants grants;
};

struct ProjectAccess {
  store::Project project;
  auth::Grants grants;
};

struct EnvironmentAccess {
  store::Environment environment;
  store::Project project;
  auth::Grants grants = auth::Grants();
};

struct FeatureAccess {
  store::Feature feature;
  store::Project project;
};

struct IdentityAccess {
  store::Identity identity;
  store::Environment environment;
  store::Project project;
};

Result<OrganisationAccess> OpenOrganisation(store::Reader& reader, const auth::Principal& caller,
                                            OrganisationId id, auth::OrganisationPermission needed);
Result<ProjectAccess> OpenProject(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId id, auth::ProjectPermission needed);
// For any member of its organisation, whatever he may do in it.
Result<ProjectAccess> EnterProject(store::Reader& reader, const auth::Principal& caller,
                                   ProjectId id);
Result<EnvironmentAccess> EnterEnvironment(store::Reader& reader, const auth::Principal& caller,
                                           const std::string& key);
// By its client key, as paths name it.
Result<EnvironmentAccess> OpenEnvironment(store::Reader& reader, const auth::Principal& caller,
                                          const std::string& key,
                                          auth::EnvironmentPermission needed);
// By its id, as query parameters and bodies name it.
Result<EnvironmentAccess> OpenEnvironmentById(store::Reader& reader, const auth::Principal& caller,
                                              EnvironmentId id, auth::EnvironmentPermission needed);
// For any member of its organisation.
Result<EnvironmentAccess> EnterEnvironmentById(store::Reader& reader, const auth::Principal& caller,
                                               EnvironmentId id);
// A feature of that project and of no other.
Result<FeatureAccess> OpenFeature(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId project, FeatureId id, auth::ProjectPermission needed);
Result<IdentityAccess> OpenIdentity(store::Reader& reader, const auth::Principal& caller,
                                    const std::string& environment_key, IdentityId id,
                                    auth::EnvironmentPermission needed);

// The organisations the caller belongs to, ascending; a master key belongs to its own.
Result<std::vector<OrganisationId>> OrganisationsOf(store::Reader& reader,
                                                    const auth::Principal& caller);
// Those of `grants`'s organisation that the caller may see.
Result<std::vector<store::Project>> VisibleProjects(store::Reader& reader,
                                                    const auth::Principal& caller,
                                                    const auth::Grants& grants,
                                                    store::Select<store::Project> select);
// What narrows a list to those of `grants`'s project in which the caller may do this.
Result<store::Select<store::Environment>> EnvironmentsWith(store::Reader& reader,
                                                           const auth::Principal& caller,
                                                           const auth::Grants& grants,
                                                           ProjectId project,
                                                           auth::EnvironmentPermission needed);

// kPermissionDenied for a master key: what only a person may do.
Result<void> RequireUser(const auth::Principal& caller);

// "No Feature matches the given query."
Error NoMatch(std::string_view kind);

}  // namespace flagstream::service
