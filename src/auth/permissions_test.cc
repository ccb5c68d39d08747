// SPDX-License-Identifier: Apache-2.0
// Goal: a role grants exactly what it should.
#include "auth/permissions.h"

#include <gtest/gtest.h>

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

TEST(Role, NamesReadBackAndOthersAreRefused) {
  for (const OrganisationRole role : {OrganisationRole::kAdmin, OrganisationRole::kUser}) {
    EXPECT_EQ(ParseRole(RoleName(role)), role);
  }
  EXPECT_EQ(ParseRole("admin"), std::nullopt);
  EXPECT_EQ(ParseRole(""), std::nullopt);
}

}  // namespace
}  // namespace flagstream::auth
