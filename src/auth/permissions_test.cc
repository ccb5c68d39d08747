// SPDX-License-Identifier: Apache-2.0
// Goal: a role grants exactly what it should.
#include "auth/permissions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

#include "auth/permission_keys.h"

namespace flagstream::auth {
namespace {

TEST(Grants, AdminMayDoEverything) {
  const Grants grants(OrganisationRole::kAdmin);
  EXPECT_TRUE(grants.Allow(OrganisationPermission::kManage));
  EXPECT_TRUE(grants.Allow(ProjectPermission::kManage));
  EXPECT_TRUE(grants.Allow(EnvironmentPermission::kManage));
}

TEST(Grants, UserSeesTheOrganisationAndNothingInIt) {
  const Grants grants(OrganisationRole::kUser);
  EXPECT_TRUE(grants.Allow(OrganisationPermission::kView));
  EXPECT_FALSE(grants.Allow(OrganisationPermission::kCreateProject));
  EXPECT_FALSE(grants.Allow(OrganisationPermission::kManage));
  EXPECT_FALSE(grants.Allow(ProjectPermission::kView));
  EXPECT_FALSE(grants.Allow(EnvironmentPermission::kView));
}

TEST(Grants, SingleRightsGiveWhatTheySayAndNothingElse) {
  Grants grants(OrganisationRole::kUser);
  grants.Set(ReadRights<OrganisationPermission>(false, "CREATE_PROJECT"));
  grants.Set(ReadRights<ProjectPermission>(false, "VIEW_PROJECT MANAGE_TAGS"));
  grants.Set(ReadRights<EnvironmentPermission>(false, "VIEW_ENVIRONMENT"));
  EXPECT_TRUE(grants.Allow(OrganisationPermission::kCreateProject));
  EXPECT_FALSE(grants.Allow(OrganisationPermission::kManage));
  EXPECT_TRUE(grants.Allow(ProjectPermission::kView));
  EXPECT_TRUE(grants.Allow(ProjectPermission::kManageTags));
  EXPECT_FALSE(grants.Allow(ProjectPermission::kManageSegments));
  EXPECT_FALSE(grants.Allow(ProjectPermission::kManage));
  EXPECT_TRUE(grants.Allow(EnvironmentPermission::kView));
  EXPECT_FALSE(grants.Allow(EnvironmentPermission::kUpdateFeatureState));
}

TEST(Grants, AdministratorsReachDownwardsOnly) {
  Grants of_project(OrganisationRole::kUser);
  of_project.Set(RightSet<ProjectPermission>(/*admin=*/true));
  EXPECT_TRUE(of_project.Allow(EnvironmentPermission::kManage));
  EXPECT_TRUE(of_project.Allow(ProjectPermission::kManage));
  EXPECT_FALSE(of_project.Allow(OrganisationPermission::kManage));

  Grants of_environment(OrganisationRole::kUser);
  of_environment.Set(RightSet<EnvironmentPermission>(/*admin=*/true));
  EXPECT_TRUE(of_environment.Allow(EnvironmentPermission::kManage));
  EXPECT_FALSE(of_environment.Allow(ProjectPermission::kView));
}

// A right that is asked for somewhere must be one that somebody can be given.
template <class Permission>
void ExpectEachHasAKey(std::initializer_list<Permission> permissions) {
  for (const Permission permission : permissions) {
    const auto keys = PermissionKeysOf<Permission>();
    const auto names = std::count_if(keys.begin(), keys.end(),
                                     [&](const auto& key) { return key.permission == permission; });
    EXPECT_EQ(names, 1) << static_cast<int>(permission);
  }
}

TEST(PermissionKeys, EachRightHasOneKey) {
  ExpectEachHasAKey({OrganisationPermission::kCreateProject});
  ExpectEachHasAKey({ProjectPermission::kView, ProjectPermission::kCreateEnvironment,
                     ProjectPermission::kCreateFeature, ProjectPermission::kDeleteFeature,
                     ProjectPermission::kManageSegments, ProjectPermission::kManageTags,
                     ProjectPermission::kViewAuditLog});
  ExpectEachHasAKey({EnvironmentPermission::kView, EnvironmentPermission::kUpdateFeatureState,
                     EnvironmentPermission::kManageSegmentOverrides,
                     EnvironmentPermission::kViewIdentities,
                     EnvironmentPermission::kManageIdentities});
}

TEST(PermissionKeys, OddTextGivesNothing) {
  for (const char* text : {"", " ", "view_project", "VIEW_PROJECTS", "EDIT_FEATURE", "NEW_KEY  "}) {
    EXPECT_FALSE(ReadRights<ProjectPermission>(false, text).Has(ProjectPermission::kView)) << text;
  }
  EXPECT_TRUE(
      ReadRights<ProjectPermission>(false, "NEW_KEY VIEW_PROJECT").Has(ProjectPermission::kView));
}

TEST(Role, NamesReadBackAndOthersAreRefused) {
  for (const OrganisationRole role : {OrganisationRole::kAdmin, OrganisationRole::kUser}) {
    EXPECT_EQ(ParseRole(RoleName(role)), role);
  }
  EXPECT_EQ(ParseRole("admin"), std::nullopt);
  EXPECT_EQ(ParseRole(""), std::nullopt);
}

}  // namespace
}  // namespace flagstream::auth
