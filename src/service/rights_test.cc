// SPDX-License-Identifier: Apache-2.0
// Goal: what is given to a member he has, from then on, there and nowhere else; and a master key is
// an administrator of its organisation for as long as it is valid.
#include <gtest/gtest.h>

#include "service/master_keys.h"
#include "service/user_permissions.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using testing::ManagementWorld;
using testing::Must;

class RightsTest : public ::testing::Test {
 protected:
  int64_t Give(const auth::Principal& user, const RightsPlace& place,
               std::vector<std::string> permissions, bool admin = false) {
    return Must(rights_.Create(world_.admin, place,
                               {.user = user.user.value,
                                .admin = admin,
                                .permissions = std::move(permissions)}))
        .value.row.id;
  }

  ErrorCode RefusalOf(const RightsPlace& place, const UserPermissionInput& input) {
    const auto written = rights_.Create(world_.admin, place, input);
    EXPECT_FALSE(written);
    return written ? ErrorCode::kInternal : written.error().code();
  }

  std::vector<std::string> EnvironmentsSeenBy(const auth::Principal& caller) {
    std::vector<std::string> names;
    for (const auto& one :
         Must(Environments(world_.context).List(caller, world_.project, {})).items)
      names.push_back(one.name);
    return names;
  }

  size_t ProjectsSeenBy(const auth::Principal& caller) {
    return Must(Projects(world_.context).List(caller, {})).size();
  }

  ManagementWorld world_;
  UserPermissions rights_{world_.context};
};

TEST_F(RightsTest, ListsHaveWhatTheCallerMaySee) {
  EXPECT_EQ(ProjectsSeenBy(world_.member), 0U);
  EXPECT_TRUE(EnvironmentsSeenBy(world_.member).empty());
  const int64_t on_project = Give(world_.member, world_.project, {"VIEW_PROJECT"});
  EXPECT_EQ(ProjectsSeenBy(world_.member), 1U);
  EXPECT_EQ(ProjectsSeenBy(world_.colleague), 0U);
  EXPECT_TRUE(EnvironmentsSeenBy(world_.member).empty());
  Give(world_.member, std::string("prod-key"), {"VIEW_ENVIRONMENT"});
  EXPECT_EQ(EnvironmentsSeenBy(world_.member), std::vector<std::string>{"Prod"});
  EXPECT_EQ(Must(Environments(world_.context).ListAll(world_.member, world_.project)).size(), 1U);

  Must(rights_.Delete(world_.admin, world_.project, on_project));
  EXPECT_EQ(ProjectsSeenBy(world_.member), 0U);
  EXPECT_FALSE(Projects(world_.context).Get(world_.member, world_.project));
}

TEST_F(RightsTest, AdministratorsOfAProjectSeeAllOfIt) {
  Give(world_.member, world_.project, {}, /*admin=*/true);
  EXPECT_EQ(EnvironmentsSeenBy(world_.member), (std::vector<std::string>{"Dev", "Prod"}));
  const OwnRights own = Must(rights_.Mine(world_.member, std::string("dev-key")));
  EXPECT_TRUE(own.admin);
  EXPECT_TRUE(own.permissions.empty());
  EXPECT_FALSE(Must(rights_.Mine(world_.member, world_.organisation)).admin);
}

TEST_F(RightsTest, WhoMakesAThingAdministersIt) {
  Give(world_.member, world_.organisation, {"CREATE_PROJECT"});
  const ProjectId made{
      Must(Projects(world_.context).Create(world_.member, world_.organisation, {.name = "Mine"}))
          .value.id};
  EXPECT_TRUE(Must(rights_.Mine(world_.member, made)).admin);
  EXPECT_FALSE(Must(rights_.Mine(world_.member, world_.project)).admin);

  Give(world_.colleague, made, {"CREATE_ENVIRONMENT"});
  const std::string key =
      Must(Environments(world_.context).Create(world_.colleague, made, {.name = "Trial"}))
          .value.api_key;
  EXPECT_TRUE(Must(rights_.Mine(world_.colleague, key)).admin);
  EXPECT_FALSE(Must(rights_.Mine(world_.colleague, made)).admin);
}

TEST_F(RightsTest, AnOrganisationMayLeaveNewProjectsToItsAdministrators) {
  Give(world_.member, world_.organisation, {"CREATE_PROJECT"});
  Must(Organisations(world_.context)
           .Update(world_.admin, world_.organisation, {.restrict_project_create_to_admin = true}));
  const auto refused =
      Projects(world_.context).Create(world_.member, world_.organisation, {.name = "Mine"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kPermissionDenied);
  EXPECT_TRUE(Projects(world_.context).Create(world_.admin, world_.organisation, {.name = "Ours"}));
}

TEST_F(RightsTest, KeysAreKeptOnceInTheirOrder) {
  Give(world_.member, world_.project, {"MANAGE_TAGS", "VIEW_PROJECT", "MANAGE_TAGS"});
  EXPECT_EQ(Must(rights_.Mine(world_.member, world_.project)).permissions,
            (std::vector<std::string>{"VIEW_PROJECT", "MANAGE_TAGS"}));
}

TEST_F(RightsTest, OnlyKnownKeysAndOnlyMembersOnce) {
  const int64_t member = world_.member.user.value;
  EXPECT_EQ(RefusalOf(world_.project, {.user = member, .permissions = {{"VIEW_ENVIRONMENT"}}}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(RefusalOf(world_.project, {.user = 99}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(RefusalOf(world_.project, {.user = world_.stranger.user.value}),
            ErrorCode::kInvalidArgument);
  Give(world_.member, world_.project, {});
  EXPECT_EQ(RefusalOf(world_.project, {.user = member}), ErrorCode::kInvalidArgument);
}

TEST_F(RightsTest, ARowOfOnePlaceIsNotFoundInAnother) {
  const int64_t id = Give(world_.member, world_.project, {"VIEW_PROJECT"});
  EXPECT_FALSE(rights_.Get(world_.admin, world_.organisation, id));
  EXPECT_FALSE(rights_.Update(world_.admin, std::string("dev-key"), id, {.admin = true}));
  EXPECT_FALSE(rights_.Delete(world_.admin, world_.organisation, id));
  EXPECT_TRUE(rights_.Get(world_.admin, world_.project, id));
}

TEST_F(RightsTest, AnOrganisationHasTheRoleForAdministrators) {
  const int64_t id = Give(world_.member, world_.organisation, {}, /*admin=*/true);
  EXPECT_FALSE(Must(rights_.Get(world_.admin, world_.organisation, id)).row.admin);
}

class MasterKeyTest : public RightsTest {
 protected:
  std::string MakeKey(const MasterKeyInput& input = {.name = "ci"}) {
    const auto made = Must(keys_.Create(world_.admin, world_.organisation, input)).value;
    prefix_ = made.view.row.prefix;
    return made.key;
  }

  bool IsAdmitted(const std::string& key) {
    const auto principal = AuthenticateMasterKey(world_.context, key);
    if (!principal) {
      EXPECT_EQ(principal.error().code(), ErrorCode::kUnauthenticated);
    }
    return principal.ok();
  }

  MasterKeys keys_{world_.context};
  std::string prefix_;
};

TEST_F(MasterKeyTest, IsStoredAsAHash) {
  const std::string key = MakeKey();
  EXPECT_EQ(world_.Fingerprint().find(key), std::string::npos);
  EXPECT_EQ(world_.Fingerprint().find(key.substr(9)), std::string::npos);
}

TEST_F(MasterKeyTest, OnlyTheWholeKeyIsAdmitted) {
  const std::string key = MakeKey();
  EXPECT_TRUE(IsAdmitted(key));
  std::string other = key;
  other.back() = other.back() == 'a' ? 'b' : 'a';
  EXPECT_FALSE(IsAdmitted(other));
  EXPECT_FALSE(IsAdmitted(prefix_));
  EXPECT_FALSE(IsAdmitted(""));
}

TEST_F(MasterKeyTest, EndsWhenItIsRevokedForGood) {
  const std::string key = MakeKey();
  Must(keys_.Update(world_.admin, world_.organisation, prefix_, {.revoked = true}));
  EXPECT_FALSE(IsAdmitted(key));
  EXPECT_FALSE(keys_.Update(world_.admin, world_.organisation, prefix_, {.revoked = false}));
}

TEST_F(MasterKeyTest, EndsWhenItIsDeleted) {
  const std::string key = MakeKey();
  Must(keys_.Delete(world_.admin, world_.organisation, prefix_));
  EXPECT_FALSE(IsAdmitted(key));
}

TEST_F(MasterKeyTest, EndsWhenItsTimeIsOver) {
  const int64_t expiry = world_.clock.NowMicros() + 1'000'000;
  const std::string key = MakeKey({.name = "ci", .expiry_date = {expiry}});
  EXPECT_TRUE(IsAdmitted(key));
  EXPECT_FALSE(Must(keys_.Get(world_.admin, world_.organisation, prefix_)).has_expired);
  world_.clock.Advance(std::chrono::seconds(1));
  EXPECT_FALSE(IsAdmitted(key));
  EXPECT_TRUE(Must(keys_.Get(world_.admin, world_.organisation, prefix_)).has_expired);
}

TEST_F(MasterKeyTest, AdministersItsOrganisationAndNoOther) {
  const auth::Principal key = Must(AuthenticateMasterKey(world_.context, MakeKey()));
  EXPECT_EQ(ProjectsSeenBy(key), 1U);
  EXPECT_EQ(EnvironmentsSeenBy(key), (std::vector<std::string>{"Dev", "Prod"}));
  EXPECT_FALSE(Organisations(world_.context).Get(key, {2}));
  EXPECT_EQ(Must(Organisations(world_.context).List(key, {})).count, 1);
}

TEST_F(MasterKeyTest, WhatItMakesHasNoOwnerAndTheAuditLogNamesIt) {
  const auth::Principal key = Must(AuthenticateMasterKey(world_.context, MakeKey()));
  Must(Projects(world_.context).Create(key, world_.organisation, {.name = "By key"}));
  const store::AuditLog row = world_.All<store::AuditLog>().back();
  EXPECT_EQ(row.author_id, std::nullopt);
  EXPECT_EQ(row.author_key, "ci");
  Must(Features(world_.context).Create(key, world_.project, {.name = "made_by_key"}));
  const auto owners = world_.All<store::FeatureOwner>();
  for (const store::FeatureOwner& owner : owners) EXPECT_NE(owner.user_id, 0);
  EXPECT_EQ(owners.size(), 2U);  // of what the administrator made
}

TEST_F(MasterKeyTest, TheNumberOfKeysIsLimited) {
  world_.context.limits.master_keys_per_organisation_max = 1;
  MakeKey();
  const auto refused = keys_.Create(world_.admin, world_.organisation, {.name = "second"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kTooLarge);
}

TEST_F(MasterKeyTest, ThereAreNoLesserKeys) {
  EXPECT_FALSE(keys_.Create(world_.admin, world_.organisation, {.name = "ci", .is_admin = false}));
}

}  // namespace
}  // namespace flagstream::service
