// SPDX-License-Identifier: Apache-2.0
#include "api/admin/register_admin.h"

#include "api/admin/endpoints.h"
#include "api/admin/routes.h"

namespace flagstream::api {

void RegisterAdmin(net::Router& router, const AdminContext& context) {
  Endpoints endpoints(router, context);
  AddAccountRoutes(endpoints);
  AddOrganisationRoutes(endpoints);
  AddProjectRoutes(endpoints);
  AddEnvironmentRoutes(endpoints);
  AddEnvironmentKeyRoutes(endpoints);
  AddTagRoutes(endpoints);
  AddFeatureRoutes(endpoints);
  AddMultivariateOptionRoutes(endpoints);
  AddFeatureStateRoutes(endpoints);
  AddFlatFeatureStateRoutes(endpoints);
  AddSegmentRoutes(endpoints);
  AddFeatureSegmentRoutes(endpoints);
  AddFlagUpdateRoutes(endpoints);
  AddIdentityRoutes(endpoints);
  AddIdentityOverrideRoutes(endpoints);
  AddTraitRoutes(endpoints);
  AddAuditRoutes(endpoints);
  AddUserPermissionRoutes(endpoints);
  AddMasterKeyRoutes(endpoints);
  AddFeatureFileRoutes(endpoints);
  AddUsageRoutes(endpoints);
  AddStreamRoutes(endpoints, context.look_at_streams);
}

}  // namespace flagstream::api
