// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/admin/endpoints.h"

// One function per resource, in the file of that name: adds its endpoints.
namespace flagstream::api {

void AddAccountRoutes(Endpoints& endpoints);
void AddOrganisationRoutes(Endpoints& endpoints);
void AddProjectRoutes(Endpoints& endpoints);
void AddEnvironmentRoutes(Endpoints& endpoints);
void AddEnvironmentKeyRoutes(Endpoints& endpoints);
void AddTagRoutes(Endpoints& endpoints);
void AddFeatureRoutes(Endpoints& endpoints);
void AddMultivariateOptionRoutes(Endpoints& endpoints);
void AddFeatureStateRoutes(Endpoints& endpoints);
void AddFlatFeatureStateRoutes(Endpoints& endpoints);
void AddSegmentRoutes(Endpoints& endpoints);
void AddFeatureSegmentRoutes(Endpoints& endpoints);
void AddFlagUpdateRoutes(Endpoints& endpoints);
void AddIdentityRoutes(Endpoints& endpoints);
void AddIdentityOverrideRoutes(Endpoints& endpoints);
void AddTraitRoutes(Endpoints& endpoints);
void AddAuditRoutes(Endpoints& endpoints);
void AddUserPermissionRoutes(Endpoints& endpoints);
void AddMasterKeyRoutes(Endpoints& endpoints);
void AddFeatureFileRoutes(Endpoints& endpoints);
void AddUsageRoutes(Endpoints& endpoints);
void AddStreamRoutes(Endpoints& endpoints, const LookAtStreams& look_at_streams);

}  // namespace flagstream::api
