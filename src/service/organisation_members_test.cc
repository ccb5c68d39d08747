// SPDX-License-Identifier: Apache-2.0
// Goal: a role counts from the next request on, who was removed keeps nothing, and no organisation
// is left without an administrator.
#include "service/organisation_members.h"

#include <gtest/gtest.h>

#include "service/user_permissions.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using auth::OrganisationRole;
using testing::Must;

class OrganisationMembersTest : public ::testing::Test {
 protected:
  void Give(const RightsPlace& place) {
    Must(UserPermissions(world_.context)
             .Create(world_.admin, place, {.user = world_.member.user.value}));
  }

  Result<Written<Member>> SetRole(const auth::Principal& user, OrganisationRole role) {
    return members_.SetRole(world_.admin, world_.organisation, user.user.value, role);
  }

  Result<Written<Done>> Remove(const std::vector<int64_t>& users) {
    return members_.Remove(world_.admin, world_.organisation, users);
  }

  bool MayManage(const auth::Principal& user) {
    return Organisations(world_.context).Update(user, world_.organisation, {.name = "New"}).ok();
  }

  // That `refused` is, and that it left everything as `before`.
  template <class T>
  void ExpectRefused(const Result<T>& refused, ErrorCode code, const std::string& before) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), code);
    EXPECT_EQ(world_.Fingerprint(), before);
  }

  testing::ManagementWorld world_;
  OrganisationMembers members_{world_.context};
};

TEST_F(OrganisationMembersTest, ARoleCountsAtOnce) {
  EXPECT_FALSE(MayManage(world_.member));
  EXPECT_EQ(Must(SetRole(world_.member, OrganisationRole::kAdmin)).value.role, "ADMIN");
  EXPECT_TRUE(MayManage(world_.member));
  EXPECT_EQ(Must(SetRole(world_.member, OrganisationRole::kUser)).value.role, "USER");
  EXPECT_FALSE(MayManage(world_.member));
}

TEST_F(OrganisationMembersTest, TheLastAdministratorStays) {
  const std::string before = world_.Fingerprint();
  ExpectRefused(SetRole(world_.admin, OrganisationRole::kUser), ErrorCode::kInvalidArgument,
                before);
  ExpectRefused(Remove({world_.member.user.value, world_.admin.user.value}),
                ErrorCode::kInvalidArgument, before);
  Must(SetRole(world_.member, OrganisationRole::kAdmin));
  EXPECT_TRUE(SetRole(world_.admin, OrganisationRole::kUser));
  EXPECT_FALSE(MayManage(world_.admin));
}

TEST_F(OrganisationMembersTest, WhoWasRemovedAndComesBackBeginsWithNothing) {
  Give(world_.organisation);
  Give(world_.project);
  Give(std::string("dev-key"));
  Must(Remove({world_.member.user.value, world_.stranger.user.value}));
  EXPECT_FALSE(Organisations(world_.context).Get(world_.member, world_.organisation));
  EXPECT_TRUE(Organisations(world_.context).Get(world_.colleague, world_.organisation));
  world_.AddMember(world_.member, "USER");
  const auto rows = world_.All(store::Select<store::UserPermission>().Where(
      &store::UserPermission::user_id, world_.member.user.value));
  EXPECT_TRUE(rows.empty());
}

TEST_F(OrganisationMembersTest, RightsInOtherOrganisationsStay) {
  const OrganisationId other{
      Must(Organisations(world_.context).Create(world_.member, {.name = "Other"}))
          .value.organisation.id};
  const ProjectId project{
      Must(Projects(world_.context).Create(world_.member, other, {.name = "Own"})).value.id};
  Must(Environments(world_.context).Create(world_.member, project, {.name = "Own"}));
  const size_t before = world_.All<store::UserPermission>().size();
  Must(Remove({world_.member.user.value}));
  EXPECT_EQ(world_.All<store::UserPermission>().size(), before);
  EXPECT_TRUE(Organisations(world_.context).Get(world_.member, other));
}

TEST_F(OrganisationMembersTest, AStrangerHasNoRole) {
  const std::string before = world_.Fingerprint();
  ExpectRefused(SetRole(world_.stranger, OrganisationRole::kAdmin), ErrorCode::kNotFound, before);
}

}  // namespace
}  // namespace flagstream::service
