// SPDX-License-Identifier: Apache-2.0
// Goal: options, weights, tags and whole flags: what is made along with what, and what is refused.
#include <gtest/gtest.h>

#include "service/feature_states.h"
#include "service/flag_updates.h"
#include "service/identity_overrides.h"
#include "service/multivariate_options.h"
#include "service/segments.h"
#include "service/tags.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using flags::FlagValue;
using testing::ManagementWorld;
using testing::Must;

using Names = std::vector<std::string>;

class FlagModelTest : public ::testing::Test {
 protected:
  FeatureId banner() const { return {world_.banner.id}; }

  Result<Written<store::MultivariateOption>> TryAdd(const OptionInput& input) {
    return options_.Create(world_.admin, world_.project, banner(), input);
  }
  MultivariateOptionId Add(double allocation) {
    return {Must(TryAdd({.default_percentage_allocation = allocation})).value.id};
  }

  std::vector<double> WeightsOf(int64_t state) {
    std::vector<double> weights;
    for (const auto& row : world_.All(store::Select<store::MultivariateFeatureStateValue>().Where(
             &store::MultivariateFeatureStateValue::feature_state_id, state)))
      weights.push_back(row.percentage_allocation);
    return weights;
  }
  std::vector<double> DefaultWeights(const store::Environment& environment) {
    return WeightsOf(world_.DefaultOf(environment, world_.banner).id);
  }
  void SetWeight(MultivariateOptionId option, double percentage) {
    Must(states_.Update(world_.admin, "dev-key", {world_.banner_state},
                        {.weights = std::vector<StateWeight>{{option, percentage}}}));
  }
  std::string TypeOfBanner() { return world_.One<store::Feature>(world_.banner.id).type; }

  Names Find(const FeatureFilter& filter) {
    Names names;
    for (const FeatureView& view :
         Must(features_.List(world_.admin, world_.project, filter, {1, 10})).items)
      names.push_back(view.feature.name);
    return names;
  }
  int64_t AddTag(const std::string& label) {
    return Must(Tags(world_.context).Create(world_.admin, world_.project, {.label = label}))
        .value.id;
  }
  SegmentId AddSegment(const std::string& name) { return {world_.AddSegment(name).id}; }

  FlagView Change(const FlagChange& change) {
    return Must(flags_.Update(world_.admin, "dev-key", banner(), change)).value;
  }
  std::string Refusal(const FlagChange& change) {
    const std::string before = world_.Fingerprint();
    const auto refused = flags_.Update(world_.admin, "dev-key", banner(), change);
    EXPECT_FALSE(refused);
    EXPECT_EQ(world_.Fingerprint(), before);
    if (refused) return "";
    if (refused.error().fields().empty()) return refused.error().message();
    return refused.error().fields().front().field + ": " + refused.error().fields().front().message;
  }

  ManagementWorld world_;
  Features features_{world_.context};
  MultivariateOptions options_{world_.context};
  FeatureStates states_{world_.context};
  FlagUpdates flags_{world_.context};
};

TEST_F(FlagModelTest, AnOptionGivesEachDefaultStateAWeight) {
  Add(30);
  Add(20);
  EXPECT_EQ(TypeOfBanner(), "MULTIVARIATE");
  for (const store::Environment& environment : {world_.dev, world_.prod})
    EXPECT_EQ(DefaultWeights(environment), (std::vector<double>{30, 20}));
}

TEST_F(FlagModelTest, OverridesMadeEarlierGetNone) {
  const auto state = Must(
      IdentityOverrides(world_.context)
          .Create(world_.admin, "dev-key", {world_.alice.id}, {.feature = banner(), .value = {}}));
  Add(30);
  EXPECT_TRUE(WeightsOf(state.value.state.id).empty());
}

TEST_F(FlagModelTest, AFeatureWithoutItsLastOptionIsAStandardOne) {
  const MultivariateOptionId first = Add(30);
  const MultivariateOptionId second = Add(30);
  Must(options_.Delete(world_.admin, world_.project, banner(), first));
  EXPECT_EQ(TypeOfBanner(), "MULTIVARIATE");
  EXPECT_EQ(DefaultWeights(world_.dev).size(), 1U);
  Must(options_.Delete(world_.admin, world_.project, banner(), second));
  EXPECT_EQ(TypeOfBanner(), "STANDARD");
  EXPECT_TRUE(world_.All<store::MultivariateFeatureStateValue>().empty());
}

TEST_F(FlagModelTest, AllocationsOfAFeatureDoNotExceedAHundred) {
  Add(70);
  EXPECT_FALSE(TryAdd({.default_percentage_allocation = 30.5}));
  EXPECT_FALSE(TryAdd({}));  // 100 unless given
  const MultivariateOptionId rest = Add(30);
  EXPECT_FALSE(options_.Update(world_.admin, world_.project, banner(), rest,
                               {.default_percentage_allocation = 31}));
}

TEST_F(FlagModelTest, AllocationsOfAStateDoNotExceedAHundred) {
  SetWeight(Add(10), 95);
  EXPECT_FALSE(TryAdd({.default_percentage_allocation = 10}));
  EXPECT_TRUE(TryAdd({.default_percentage_allocation = 5}));
}

TEST_F(FlagModelTest, KeysAreSlugsOfTheirOwn) {
  const auto with_key = [](const char* key) {
    return OptionInput{.default_percentage_allocation = 1, .key = std::optional<std::string>(key)};
  };
  EXPECT_TRUE(TryAdd(with_key("big-Blue_1")));
  for (const char* key : {"big-Blue_1", "control", "", "with space", "grün"})
    EXPECT_FALSE(TryAdd(with_key(key))) << key;
}

TEST_F(FlagModelTest, AnotherTypeMakesAnotherValue) {
  const MultivariateOptionId id{Must(TryAdd({.string_value = std::optional<std::string>("blue"),
                                             .default_percentage_allocation = 1}))
                                    .value.id};
  const auto update = [&](const OptionInput& input) {
    return Must(options_.Update(world_.admin, world_.project, banner(), id, input)).value.value;
  };
  EXPECT_EQ(update({.integer_value = std::optional<int64_t>(5)}), "blue");
  EXPECT_EQ(update({.value_type = "int", .integer_value = std::optional<int64_t>(5)}), "5");
  EXPECT_EQ(update({.integer_value = std::optional<int64_t>(6)}), "6");
  EXPECT_EQ(update({.value_type = "bool"}), std::nullopt);
}

TEST_F(FlagModelTest, FeaturesAreBornWithOptionsTagsAndWeights) {
  const int64_t tag = AddTag("beta");
  const FeatureView made =
      Must(features_.Create(world_.admin, world_.project,
                            {.name = "exp",
                             .tags = {tag, tag},
                             .options = {{.default_percentage_allocation = 60},
                                         {.default_percentage_allocation = 40}}}))
          .value;
  EXPECT_EQ(made.feature.type, "MULTIVARIATE");
  EXPECT_EQ(made.tags, std::vector<int64_t>{tag});
  EXPECT_EQ(made.options.size(), 2U);
  EXPECT_EQ(WeightsOf(world_.DefaultOf(world_.prod, made.feature).id),
            (std::vector<double>{60, 40}));
  const store::Environment fresh =
      Must(Environments(world_.context).Create(world_.admin, world_.project, {.name = "Fresh"}))
          .value;
  EXPECT_EQ(WeightsOf(world_.DefaultOf(fresh, made.feature).id), (std::vector<double>{60, 40}));

  EXPECT_FALSE(features_.Create(
      world_.admin, world_.project,
      {.name = "over",
       .options = {{.default_percentage_allocation = 60}, {.default_percentage_allocation = 41}}}));
  EXPECT_FALSE(features_.Create(world_.admin, world_.project, {.name = "foreign", .tags = {99}}));
}

TEST_F(FlagModelTest, OptionsMissingFromAnUpdateGo) {
  const MultivariateOptionId first = Add(30);
  Add(70);
  const FeatureView updated =
      Must(features_.Update(
               world_.admin, world_.project, banner(),
               {.options =
                    std::vector<OptionOfFeature>{
                        {first, {.string_value = std::optional<std::string>("kept")}},
                        {MultivariateOptionId{99}, {.default_percentage_allocation = 60}}}}))
          .value;
  ASSERT_EQ(updated.options.size(), 2U);
  EXPECT_EQ(updated.options[0].id, first.value);
  EXPECT_EQ(updated.options[0].value, "kept");
  EXPECT_EQ(DefaultWeights(world_.dev), (std::vector<double>{30, 60}));

  Must(features_.Update(world_.admin, world_.project, banner(),
                        {.description = std::optional<std::string>("d")}));
  EXPECT_EQ(DefaultWeights(world_.dev).size(), 2U);
  Must(features_.Update(world_.admin, world_.project, banner(),
                        {.options = std::vector<OptionOfFeature>()}));
  EXPECT_EQ(TypeOfBanner(), "STANDARD");
}

TEST_F(FlagModelTest, WeightsNameOptionsOfTheFeatureOnce) {
  const MultivariateOptionId first = Add(30);
  const MultivariateOptionId second = Add(30);
  const auto attempt = [&](std::vector<StateWeight> weights) {
    return states_.Update(world_.admin, "dev-key", {world_.banner_state},
                          {.weights = std::move(weights)});
  };
  EXPECT_FALSE(attempt({{{99}, 1}}));
  EXPECT_FALSE(attempt({{first, 1}, {first, 2}}));
  EXPECT_FALSE(attempt({{first, 60}, {second, 41}}));
  EXPECT_FALSE(attempt({{first, -1}}));
  EXPECT_TRUE(attempt({{first, 60}, {second, 40}}));
  EXPECT_EQ(DefaultWeights(world_.dev), (std::vector<double>{60, 40}));
  EXPECT_EQ(DefaultWeights(world_.prod), (std::vector<double>{30, 30}));
}

TEST_F(FlagModelTest, FeaturesAreFoundByTheirTags) {
  const int64_t beta = AddTag("beta");
  const int64_t old = AddTag("old");
  Must(features_.Update(world_.admin, world_.project, banner(),
                        {.tags = std::vector<int64_t>{beta, old}}));
  const store::Feature third = world_.AddFeature("third", "x");
  Must(features_.Update(world_.admin, world_.project, {third.id},
                        {.tags = std::vector<int64_t>{beta}}));
  using Tagged = std::vector<int64_t>;
  EXPECT_EQ(Find({.tags = Tagged{beta}}), (Names{"banner", "third"}));
  EXPECT_EQ(Find({.tags = Tagged{beta, old}}), Names{"banner"});
  EXPECT_EQ(Find({.tags = Tagged{old, 99}, .any_tag = true}), Names{"banner"});
  EXPECT_EQ(Find({.tags = Tagged{}}), Names{"limit"});
}

TEST_F(FlagModelTest, FeaturesAreFoundByOwnerStateAndValue) {
  const EnvironmentId dev{world_.dev.id};
  Must(features_.AddOwners(world_.admin, world_.project, banner(), {world_.member.user.value}));
  EXPECT_EQ(Find({.owners = {world_.member.user.value}}), Names{"banner"});
  Must(states_.Update(world_.admin, "dev-key", {world_.banner_state}, {.enabled = false}));
  EXPECT_EQ(Find({.environment = dev, .is_enabled = false}), Names{"banner"});
  EXPECT_EQ(Find({.environment = dev, .is_enabled = true}), Names{"limit"});
  EXPECT_EQ(Find({.environment = dev, .value_search = "ELL"}), Names{"banner"});
  EXPECT_EQ(Find({.environment = dev, .value_search = "20"}), Names{"limit"});
  EXPECT_EQ(Find({.environment = dev, .value_search = "2"}), Names{});
}

TEST_F(FlagModelTest, WhatIsOverriddenComesFirst) {
  Must(IdentityOverrides(world_.context)
           .Create(world_.admin, "dev-key", {world_.alice.id},
                   {.feature = {world_.limit.id}, .value = {}}));
  EXPECT_EQ(Find({}), (Names{"banner", "limit"}));
  EXPECT_EQ(Find({.identity = IdentityId{world_.alice.id}}), (Names{"limit", "banner"}));

  const SegmentId segment = AddSegment("beta");
  Change({.segment_overrides = std::vector<SegmentPart>{
              {.segment = segment, .served = {.value = FlagValue(std::string("beta"))}}}});
  const auto list = Must(features_.List(world_.admin, world_.project,
                                        {.environment = EnvironmentId{world_.dev.id},
                                         .segment = segment,
                                         .identity = IdentityId{world_.alice.id}},
                                        {1, 10}));
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].feature.name, "banner");
  EXPECT_EQ(list.items[0].segment_overrides, 1);
  ASSERT_TRUE(list.items[0].segment_state);
  EXPECT_EQ(list.items[0].segment_state->value, FlagValue(std::string("beta")));
  EXPECT_EQ(list.items[0].environment_state->value, FlagValue(std::string("hello")));
  EXPECT_FALSE(list.items[1].segment_state);
}

TEST_F(FlagModelTest, EvaluationsAreCountedPerDay) {
  const int64_t today = 20'000;
  Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) -> Result<void> {
    for (const int64_t day : {today, today - 1, today - 40}) {
      store::AnalyticsCount count;
      count.environment_id = world_.dev.id;
      count.feature_id = world_.banner.id;
      count.day = day;
      count.count = day - today + 100;
      FLAGSTREAM_TRY(store::Insert(tx, count));
    }
    return {};
  }));
  world_.clock.SetWall(today * 86'400'000'000);
  const auto days =
      Must(features_.Evaluations(world_.admin, world_.project, banner(), {world_.dev.id}, 30));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, today - 1);
  EXPECT_EQ(days[1].count, 100);
  EXPECT_TRUE(
      Must(features_.Evaluations(world_.admin, world_.project, banner(), {world_.prod.id}, 30))
          .empty());
}

TEST_F(FlagModelTest, ANewOverrideTakesTheRestFromTheDefault) {
  const MultivariateOptionId option = Add(30);
  const FlagView flag =
      Change({.segment_overrides = std::vector<SegmentPart>{
                  {.segment = AddSegment("beta"), .served = {.enabled = false}}}});
  ASSERT_EQ(flag.segment_overrides.size(), 1U);
  const FeatureStateView& served = flag.segment_overrides[0].served;
  EXPECT_FALSE(served.state.enabled);
  EXPECT_EQ(served.value, FlagValue(std::string("hello")));
  ASSERT_EQ(served.weights.size(), 1U);
  EXPECT_EQ(served.weights[0].multivariate_option_id, option.value);
}

TEST_F(FlagModelTest, PatchKeepsAndPutResetsWhatIsNotNamed) {
  const SegmentId beta = AddSegment("beta");
  const SegmentId pro = AddSegment("pro");
  using Parts = std::vector<SegmentPart>;
  Change({.segment_overrides = Parts{{.segment = beta, .served = {.value = FlagValue(true)}}}});
  FlagView flag = Change(
      {.environment_default = ServedPart{.value = FlagValue(int64_t{7})},
       .segment_overrides = Parts{{.segment = pro, .priority = 5, .served = {.enabled = false}}}});
  EXPECT_TRUE(flag.environment_default.state.enabled);
  EXPECT_EQ(flag.environment_default.value, FlagValue(int64_t{7}));
  ASSERT_EQ(flag.segment_overrides.size(), 2U);
  EXPECT_EQ(flag.segment_overrides[0].served.value, FlagValue(true));
  EXPECT_EQ(flag.segment_overrides[1].link.segment_id, pro.value);
  EXPECT_EQ(flag.segment_overrides[1].served.value, FlagValue(int64_t{7}));

  flag = Change({.environment_default = ServedPart{.enabled = true},
                 .segment_overrides = Parts{{.segment = pro}},
                 .replace = true});
  EXPECT_TRUE(flag.environment_default.state.enabled);
  EXPECT_EQ(flag.environment_default.value, FlagValue());
  ASSERT_EQ(flag.segment_overrides.size(), 1U);
  EXPECT_TRUE(flag.segment_overrides[0].served.state.enabled);
  EXPECT_EQ(flag.segment_overrides[0].served.value, FlagValue());
  EXPECT_EQ(flag.segment_overrides[0].link.priority, 0);

  flag = Change({.environment_default = ServedPart{}, .replace = true});
  EXPECT_FALSE(flag.environment_default.state.enabled);
  EXPECT_EQ(flag.segment_overrides.size(), 1U);
}

TEST_F(FlagModelTest, OverridesStandInTheOrderOfTheirPriorities) {
  const SegmentId beta = AddSegment("beta");
  const SegmentId pro = AddSegment("pro");
  using Parts = std::vector<SegmentPart>;
  FlagView flag = Change({.segment_overrides = Parts{{.segment = beta, .priority = 1},
                                                     {.segment = pro, .priority = 0}}});
  EXPECT_EQ(flag.segment_overrides[0].link.segment_id, pro.value);
  flag = Change({.segment_overrides =
                     Parts{{.segment = beta, .priority = 0}, {.segment = pro, .priority = 1}}});
  EXPECT_EQ(flag.segment_overrides[0].link.segment_id, beta.value);
  EXPECT_EQ(Refusal({.segment_overrides = Parts{{.segment = pro, .priority = 0}}}),
            "Duplicate priority: 0.");
}

TEST_F(FlagModelTest, WrongChangesOfAFlagAreRefused) {
  const SegmentId beta = AddSegment("beta");
  using Parts = std::vector<SegmentPart>;
  using Weights = std::vector<StateWeight>;
  EXPECT_EQ(Refusal({.segment_overrides = Parts{{.segment = beta}, {.segment = beta}}}),
            "segment_overrides: Duplicate segment: " + std::to_string(beta.value) + ".");
  EXPECT_EQ(Refusal({.segment_overrides = Parts{{.segment = beta}, {.segment = {99}}}}),
            "segment_overrides.1.segment.id: Segment not found.");
  EXPECT_EQ(Refusal({.environment_default = ServedPart{.weights = Weights{}}}),
            "environment_default.variants: Feature is not multivariate.");
  const MultivariateOptionId first = Add(30);
  const MultivariateOptionId second = Add(30);
  const auto refusal = [&](Weights weights) {
    return Refusal({.environment_default = ServedPart{.weights = std::move(weights)}});
  };
  EXPECT_EQ(refusal({{{99}, 1}}), "environment_default.variants: Variant not found.");
  EXPECT_EQ(refusal({{first, 1}}),
            "environment_default.variants: Must include all feature's variants.");
  EXPECT_EQ(refusal({{first, 60}, {second, 41}}),
            "environment_default.variants: Total weight must not exceed 100.");
  EXPECT_EQ(Refusal({.environment_default = ServedPart{.enabled = true}, .replace = true}),
            "environment_default.variants: Must include all feature's variants.");
}

TEST_F(FlagModelTest, FlagsThatNeedApprovalAreNotChangedAtOnce) {
  Must(Environments(world_.context)
           .Update(world_.admin, "dev-key",
                   {.minimum_change_request_approvals = std::optional<int64_t>(1)}));
  const auto refused = flags_.Update(world_.admin, "dev-key", banner(),
                                     {.environment_default = ServedPart{.enabled = false}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  EXPECT_TRUE(flags_.Get(world_.admin, "dev-key", banner()));
}

}  // namespace
}  // namespace flagstream::service
