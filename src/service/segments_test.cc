// SPDX-License-Identifier: Apache-2.0
// Goal: what a segment may be, which of its rows a change keeps, and what goes along with it.
#include "service/segments.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "service/condition_check.h"
#include "service/limits.h"
#include "service/segment_overrides.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using testing::ManagementWorld;
using testing::Must;

std::vector<RuleInput> PlanIs(const std::string& plan) {
  ConditionInput condition;
  condition.operator_name = "EQUAL";
  condition.property = "plan";
  condition.value = plan;
  RuleInput inner;
  inner.type = "ANY";
  inner.conditions.push_back(condition);
  RuleInput top;
  top.type = "ALL";
  top.rules.push_back(inner);
  return {top};
}

std::string FieldOf(const Error& error) {
  return error.fields().empty() ? "" : error.fields().front().field;
}

TEST(ConditionCheck, RefusesWhatCouldNeverMatch) {
  const auto is_good = [](const char* operator_name, const char* value) {
    return !CheckCondition(operator_name, std::string(value));
  };
  for (const char* good : {"30", "0.5", " 12.5 ", "+1e1", "100", "inf"})
    EXPECT_TRUE(is_good("PERCENTAGE_SPLIT", good)) << good;
  for (const char* bad : {"", "ten", "10%", "1,5", "--1", "+-1", "0x10", "nan(1)", "1 0"})
    EXPECT_FALSE(is_good("PERCENTAGE_SPLIT", bad)) << bad;
  for (const char* good : {"3|1", "2.5|0", " 4 | -1 "})
    EXPECT_TRUE(is_good("MODULO", good)) << good;
  for (const char* bad : {"", "3", "3|", "|1", "3|1|2", "a|b"})
    EXPECT_FALSE(is_good("MODULO", bad)) << bad;
  for (const char* good : {"", "^a+$", "(?P<x>a)(?P=x)", "(?<!b)c"})
    EXPECT_TRUE(is_good("REGEX", good)) << good;
  for (const char* bad : {"[", "(", "*", "(?P<1>a)"}) EXPECT_FALSE(is_good("REGEX", bad)) << bad;
  EXPECT_TRUE(is_good("EQUAL", ""));
  EXPECT_EQ(CheckCondition("NOPE", "1")->field, "operator");
  EXPECT_EQ(CheckCondition("EQUAL", std::nullopt)->field, "value");
  EXPECT_FALSE(CheckCondition("IS_SET", std::nullopt));
  EXPECT_FALSE(CheckCondition("IS_NOT_SET", std::nullopt));
}

TEST(SegmentRules, HaveTwoLevelsAndABoundedSize) {
  EXPECT_EQ(FieldOf(CheckRules({}).error()), "rules.non_field_errors");
  std::vector<RuleInput> deep = PlanIs("pro");
  EXPECT_TRUE(CheckRules(deep));
  deep[0].rules[0].rules = PlanIs("pro");
  EXPECT_EQ(FieldOf(CheckRules(deep).error()), "segment");

  std::vector<RuleInput> full = PlanIs("pro");
  std::vector<ConditionInput>& conditions = full[0].rules[0].conditions;
  conditions.resize(kConditionsPerSegmentMax, conditions.front());
  EXPECT_TRUE(CheckRules(full));
  full[0].conditions.push_back(conditions.front());
  EXPECT_EQ(CheckRules(full).error().fields().front().message,
            "The segment has 101 conditions, which exceeds the maximum condition count of 100.");

  std::vector<RuleInput> many(kRulesPerSegmentMax, RuleInput{.type = "ANY"});
  EXPECT_TRUE(CheckRules(many));
  many.push_back(many.front());
  EXPECT_EQ(FieldOf(CheckRules(many).error()), "segment");
}

TEST(SegmentRules, NameThePlaceOfWhatIsWrong) {
  std::vector<RuleInput> rules = PlanIs("pro");
  rules[0].rules[0].type = "SOME";
  rules[0].rules[0].conditions[0].operator_name = "NOPE";
  const Error error = CheckRules(rules).error();
  ASSERT_EQ(error.fields().size(), 2U);
  EXPECT_EQ(error.fields()[0].field, "rules.0.rules.0.type");
  EXPECT_EQ(error.fields()[1].field, "rules.0.rules.0.conditions.0.operator");
}

class SegmentsTest : public ::testing::Test {
 protected:
  SegmentView Create(const std::string& name, std::vector<RuleInput> rules = PlanIs("pro")) {
    return Must(segments_.Create(world_.admin, world_.project,
                                 {.name = name, .rules = std::move(rules)}))
        .value;
  }

  Written<SegmentView> Update(const SegmentView& view, const SegmentUpdate& update) {
    return Must(segments_.Update(world_.admin, world_.project, {view.segment.id}, update));
  }

  store::FeatureSegment Override(const SegmentView& view) {
    return Must(SegmentOverrides(world_.context)
                    .CreateWithState(world_.admin, "dev-key", {world_.banner.id},
                                     {.segment = {view.segment.id}, .value = true}))
        .value.feature_segment;
  }

  ManagementWorld world_;
  Segments segments_{world_.context};
};

TEST_F(SegmentsTest, RowsThatAreNamedStayAndTheOthersGo) {
  const SegmentView before = Create("beta");
  std::vector<RuleInput> rules = ToInput(before.rules);
  ConditionInput moved = rules[0].rules[0].conditions[0];
  moved.value = "max";
  rules[0].rules[0].conditions.clear();
  rules[0].rules[0].id = 0;
  rules[0].conditions.push_back(moved);

  const SegmentView after = Update(before, {.rules = rules}).value;

  const RuleView& top = after.rules[0];
  EXPECT_EQ(top.rule.id, before.rules[0].rule.id);
  ASSERT_EQ(top.conditions.size(), 1U);
  EXPECT_EQ(top.conditions[0].id, before.rules[0].rules[0].conditions[0].id);
  EXPECT_EQ(top.conditions[0].value, "max");
  ASSERT_EQ(top.rules.size(), 1U);
  EXPECT_GT(top.rules[0].rule.id, before.rules[0].rules[0].rule.id);
  EXPECT_EQ(world_.All<store::SegmentRule>().size(), 2U);
  EXPECT_EQ(world_.All<store::SegmentCondition>().size(), 1U);
  EXPECT_EQ(after.segment.version, before.segment.version + 1);
}

TEST_F(SegmentsTest, RowsOfAnotherSegmentAreNeverTaken) {
  const SegmentView victim = Create("victim");
  const SegmentView own = Create("own", PlanIs("max"));
  std::vector<RuleInput> rules = ToInput(victim.rules);
  rules[0].type = "NONE";
  const SegmentView after = Update(own, {.rules = rules}).value;
  EXPECT_NE(after.rules[0].rule.id, victim.rules[0].rule.id);
  const SegmentView untouched =
      Must(segments_.Get(world_.admin, world_.project, {victim.segment.id}));
  EXPECT_EQ(untouched.rules[0].rule.type, "ALL");
  EXPECT_EQ(untouched.rules[0].rules[0].conditions.size(), 1U);
}

TEST_F(SegmentsTest, RulesThatSayTheSameChangeNothing) {
  const SegmentView before = Create("beta");
  const Written<SegmentView> same = Update(before, {.name = "beta", .rules = PlanIs("pro")});
  EXPECT_TRUE(same.changes.empty());
  EXPECT_EQ(same.value.rules[0].rule.id, before.rules[0].rule.id);
}

TEST_F(SegmentsTest, DeletingOneTakesItsOverridesAlongAndClosesTheGap) {
  const SegmentView first = Create("first");
  const store::FeatureSegment gone = Override(first);
  const store::FeatureSegment stays = Override(Create("second"));
  ASSERT_EQ(stays.priority, 1);
  Must(segments_.Delete(world_.admin, world_.project, {first.segment.id}));
  const auto rows = world_.All<store::FeatureSegment>();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].id, stays.id);
  EXPECT_EQ(rows[0].priority, 0);
  EXPECT_TRUE(world_
                  .All(store::Select<store::FeatureState>().Where(
                      &store::FeatureState::feature_segment_id, gone.id))
                  .empty());
  EXPECT_EQ(world_.All<store::SegmentCondition>().size(), 1U);
}

TEST_F(SegmentsTest, AFeatureOfItsOwnIsKeptAndIsTheOnlyOneItOverrides) {
  const SegmentView own =
      Must(segments_.Create(
               world_.admin, world_.project,
               {.name = "own", .feature = FeatureId{world_.limit.id}, .rules = PlanIs("pro")}))
          .value;
  for (const std::optional<FeatureId> other :
       {std::optional<FeatureId>(), std::optional(FeatureId{world_.banner.id})}) {
    const auto refused =
        segments_.Update(world_.admin, world_.project, {own.segment.id}, {.feature = other});
    ASSERT_FALSE(refused);
    EXPECT_EQ(FieldOf(refused.error()), "feature");
  }
  const auto refused = SegmentOverrides(world_.context)
                           .Create(world_.admin, {.feature = {world_.banner.id},
                                                  .segment = {own.segment.id},
                                                  .environment = {world_.dev.id}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(FieldOf(refused.error()), "segment");
  Must(Features(world_.context).Delete(world_.admin, world_.project, {world_.limit.id}));
  EXPECT_TRUE(world_.All<store::Segment>().empty()) << "it was of use for that feature alone";
}

TEST_F(SegmentsTest, SegmentsAndOverridesHaveALimit) {
  world_.context.limits.segments_per_project_max = 1;
  world_.context.limits.segment_overrides_per_environment_max = 1;
  const SegmentView only = Create("only");
  const SegmentInput another{.name = "another", .rules = PlanIs("pro")};
  EXPECT_EQ(FieldOf(segments_.Create(world_.admin, world_.project, another).error()), "project");
  EXPECT_EQ(FieldOf(segments_.Clone(world_.admin, world_.project, {only.segment.id}, "c").error()),
            "project");
  Override(only);
  const auto refused = SegmentOverrides(world_.context)
                           .CreateWithState(world_.admin, "dev-key", {world_.limit.id},
                                            {.segment = {only.segment.id}, .value = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(FieldOf(refused.error()), "environment");
}

TEST_F(SegmentsTest, EnvironmentsAreCopiedWithTheirOverridesAndSeeds) {
  const store::FeatureSegment original = Override(Create("beta"));
  const auto state_of = [&](int64_t link) {
    return world_.All(store::Select<store::FeatureState>().Where(
        &store::FeatureState::feature_segment_id, link))[0];
  };
  const store::FeatureState state = state_of(original.id);
  const store::Environment copy =
      Must(Environments(world_.context).Clone(world_.admin, "dev-key", "Copy")).value;
  const auto links = world_.All(store::Select<store::FeatureSegment>().Where(
      &store::FeatureSegment::environment_id, copy.id));
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].segment_id, original.segment_id);
  EXPECT_NE(links[0].uuid, original.uuid);
  const store::FeatureState copied = state_of(links[0].id);
  EXPECT_EQ(copied.environment_id, copy.id);
  EXPECT_EQ(copied.value, state.value);
  EXPECT_EQ(copied.hash_seed, state.id);
  EXPECT_EQ(world_.DefaultOf(copy, world_.banner).hash_seed, world_.banner_state);
}

}  // namespace
}  // namespace flagstream::service
