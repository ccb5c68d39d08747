// SPDX-License-Identifier: Apache-2.0
// Goal: the rules of what may be created and changed.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "service/default_states.h"
#include "service/environment_keys.h"
#include "service/feature_names.h"
#include "service/identities.h"
#include "service/identity_overrides.h"
#include "service/traits.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using flags::FlagValue;
using testing::ManagementWorld;
using testing::Must;

TEST(InitialValue, IsTypedByItsText) {
  const auto typed = [](const char* text) { return TypeInitialValue(std::string(text)); };
  EXPECT_EQ(TypeInitialValue(std::nullopt), FlagValue());
  EXPECT_EQ(typed("5"), FlagValue(int64_t{5}));
  EXPECT_EQ(typed("-5"), FlagValue(int64_t{-5}));
  EXPECT_EQ(typed("2147483646"), FlagValue(int64_t{2147483646}));
  EXPECT_EQ(typed("-2147483646"), FlagValue(int64_t{-2147483646}));
  EXPECT_EQ(typed("2147483647"), FlagValue(std::string("2147483647")));
  EXPECT_EQ(typed("99999999999999999999"), FlagValue(std::string("99999999999999999999")));
  for (const char* yes : {"true", "True"}) EXPECT_EQ(typed(yes), FlagValue(true));
  for (const char* no : {"false", "False"}) EXPECT_EQ(typed(no), FlagValue(false));
  for (const char* text : {"", "TRUE", "5.0", " 5", "5 ", "0x5"})
    EXPECT_EQ(typed(text), FlagValue(std::string(text)));
}

TEST(FeatureRules, NewFeaturesGetADefaultInEveryEnvironment) {
  ManagementWorld world;
  EXPECT_EQ(world.DefaultOf(world.dev, world.limit).value_type, "int");
  EXPECT_EQ(world.DefaultOf(world.prod, world.limit).value, "20");
  EXPECT_TRUE(world.DefaultOf(world.prod, world.banner).enabled);
}

TEST(FeatureRules, ProjectsMayPreventDefaults) {
  ManagementWorld world;
  Must(Projects(world.context).Update(world.admin, world.project, {.prevent_flag_defaults = true}));
  const store::Feature feature = world.AddFeature("late", "value");
  const store::FeatureState state = world.DefaultOf(world.dev, feature);
  EXPECT_FALSE(state.enabled);
  EXPECT_EQ(state.value, std::nullopt);
  const store::Environment fresh =
      Must(Environments(world.context).Create(world.admin, world.project, {.name = "Fresh"})).value;
  EXPECT_FALSE(world.DefaultOf(fresh, world.banner).enabled);
}

TEST(FeatureRules, ProjectsMayHaveAPatternForNames) {
  ManagementWorld world;
  Projects projects(world.context);
  const auto set = [&](std::optional<std::string> pattern) {
    return projects.Update(world.admin, world.project, {.feature_name_regex = std::move(pattern)});
  };
  const auto invalid = set("[a-z");
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().fields().front(),
            (FieldError{"feature_name_regex", "Enter a valid regular expression."}));
  world.bus.published.clear();
  Must(set("[a-z]+"));
  EXPECT_TRUE(world.bus.published.empty());

  const std::string before = world.Fingerprint();
  for (const char* name : {"Upper", "upper2", "2upper", "two\nlines"}) {
    const auto refused = Features(world.context).Create(world.admin, world.project, {.name = name});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().fields().front(),
              (FieldError{"name", "Feature name must match regex: [a-z]+"}));
  }
  EXPECT_EQ(world.Fingerprint(), before);
  world.AddFeature("lower", "");
  // What is there stays, whatever its name is.
  Must(set("x"));
  Must(Features(world.context)
           .Update(world.admin, world.project, {world.banner.id}, {.is_archived = true}));
  Must(set(std::nullopt));
  world.AddFeature("Upper", "");
}

TEST(FeatureRules, APatternThatIsNoneTakesNoName) {
  EXPECT_EQ(FeatureNameProblem({.feature_name_regex = "("}, "name"),
            "Feature name must match regex: (");
  EXPECT_EQ(FeatureNameProblem({}, "Any name!"), "");
}

TEST(FeatureRules, NewEnvironmentsGetADefaultOfEveryFeature) {
  ManagementWorld world;
  const store::Environment fresh =
      Must(Environments(world.context).Create(world.admin, world.project, {.name = "Fresh"})).value;
  EXPECT_EQ(world.DefaultOf(fresh, world.banner).value, "hello");
  EXPECT_EQ(world.DefaultOf(fresh, world.limit).value, "20");
}

TEST(FeatureRules, OwnersAreMembers) {
  ManagementWorld world;
  Features features(world.context);
  const auto refused = features.AddOwners(world.admin, world.project, {world.banner.id},
                                          {world.stranger.user.value});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kInvalidArgument);
  const auto view = Must(
      features.AddOwners(world.admin, world.project, {world.banner.id}, {world.member.user.value}));
  EXPECT_EQ(view.value.owners.size(), 2U);
}

TEST(FeatureRules, ProjectsMayInsistOnOwners) {
  ManagementWorld world;
  Must(
      Projects(world.context).Update(world.admin, world.project, {.enforce_feature_owners = true}));
  Features features(world.context);
  EXPECT_FALSE(features.Create(world.admin, world.project,
                               {.name = "orphan", .owners = std::vector<int64_t>()}));
  EXPECT_FALSE(features.RemoveOwners(world.admin, world.project, {world.banner.id},
                                     {world.admin.user.value}));
}

TEST(FeatureRules, DeletingOneTakesItsStatesAlong) {
  ManagementWorld world;
  Must(Features(world.context).Delete(world.admin, world.project, {world.banner.id}));
  EXPECT_TRUE(world
                  .All(store::Select<store::FeatureState>().Where(&store::FeatureState::feature_id,
                                                                  world.banner.id))
                  .empty());
}

// Goal: what is remembered of deleted identities is bounded, and at the bound only one more stamp
// of the environment is the price.
TEST(Limits, OfDeletedIdentities) {
  ManagementWorld world;
  world.context.limits.deleted_identities_per_environment_max = 3;
  Identities identities(world.context);
  int64_t most = 0;
  std::vector<size_t> told;
  for (int i = 0; i < 12; ++i) {
    const auto made = Must(identities.Create(world.admin, "dev-key", "user-" + std::to_string(i)));
    told.push_back(Must(identities.Delete(world.admin, "dev-key", {made.value.id})).changes.size());
    most = std::max<int64_t>(most, std::ssize(world.All<store::DeletedIdentity>()));
  }
  EXPECT_EQ(most, 4);
  // The identity's own each time, and the environment's where there were too many.
  EXPECT_EQ(told, (std::vector<size_t>{1, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2}));
}

TEST(TraitRules, DeletingAKeyGoesThroughAllIdentitiesInSteps) {
  ManagementWorld world;
  Traits traits(world.context);
  constexpr int kIdentities = 250;  // more than one step takes
  for (int i = 0; i < kIdentities; ++i) {
    const auto identity =
        Must(Identities(world.context).Create(world.admin, "dev-key", "user-" + std::to_string(i)));
    Must(traits.Create(world.admin, "dev-key", {identity.value.id},
                       {.key = "plan", .value = flags::TraitValue(true)}));
    if (i == 0)
      Must(traits.Create(world.admin, "dev-key", {identity.value.id},
                         {.key = "kept", .value = flags::TraitValue(true)}));
  }
  EXPECT_EQ(Must(traits.Keys(world.admin, "dev-key")), (std::vector<std::string>{"kept", "plan"}));
  const auto written = Must(traits.DeleteKey(world.admin, "dev-key", "plan"));
  EXPECT_EQ(written.changes.size(), static_cast<size_t>(kIdentities));
  EXPECT_EQ(Must(traits.Keys(world.admin, "dev-key")), std::vector<std::string>{"kept"});
}

TEST(StampRules, StampsRiseOverThoseOfIdentities) {
  ManagementWorld world;
  const auto trait = Must(Traits(world.context)
                              .Create(world.admin, "dev-key", {world.alice.id},
                                      {.key = "k", .value = flags::TraitValue(true)}));
  const auto change =
      Must(Environments(world.context).Update(world.admin, "dev-key", {.name = "Dev 2"}));
  ASSERT_EQ(trait.changes.size(), 1U);
  ASSERT_EQ(change.changes.size(), 1U);
  EXPECT_EQ(trait.changes[0].identity, "alice");
  EXPECT_GT(change.changes[0].stamp, trait.changes[0].stamp);
}

}  // namespace
}  // namespace flagstream::service
