// SPDX-License-Identifier: Apache-2.0
// Goal: the management side shows of an identity what clients are served, and from where it comes.
#include "service/identity_evaluation.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "service/identity_overrides.h"
#include "service/segment_overrides.h"
#include "service/segments.h"
#include "service/traits.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using flags::FlagValue;
using testing::ManagementWorld;
using testing::Must;

class IdentityEvaluationTest : public ::testing::Test {
 protected:
  IdentityEvaluationTest() {
    Must(Traits(world_.context)
             .Create(world_.admin, "dev-key", {world_.alice.id},
                     {.key = "plan", .value = flags::TraitValue(std::string("pro"))}));
  }

  SegmentId Make(const std::string& name, const std::string& operator_name,
                 const std::string& value) {
    ConditionInput condition;
    condition.operator_name = operator_name;
    if (operator_name != "PERCENTAGE_SPLIT") condition.property = "plan";
    condition.value = value;
    RuleInput rule;
    rule.type = "ALL";
    rule.conditions.push_back(condition);
    return {Must(Segments(world_.context)
                     .Create(world_.admin, world_.project, {.name = name, .rules = {rule}}))
                .value.segment.id};
  }

  void Override(SegmentId segment, const std::string& value) {
    Must(SegmentOverrides(world_.context)
             .CreateWithState(world_.admin, "dev-key", {world_.banner.id},
                              {.segment = segment, .enabled = true, .value = FlagValue(value)}));
  }

  std::unique_ptr<IdentityEvaluation> Evaluate() {
    using Loaded = std::shared_ptr<std::unique_ptr<IdentityEvaluation>>;
    return std::move(
        *Must(Read<Loaded>(world_.context, [&](store::Reader& reader) -> Result<Loaded> {
          FLAGSTREAM_ASSIGN(
              auto loaded,
              IdentityEvaluation::Load(reader, {world_.alice, world_.dev,
                                                world_.One<store::Project>(world_.project.value)}));
          return std::make_shared<std::unique_ptr<IdentityEvaluation>>(std::move(loaded));
        })));
  }

  ManagementWorld world_;
};

TEST_F(IdentityEvaluationTest, FindsTheSegmentsOfAnIdentity) {
  const SegmentId pro = Make("pro", "EQUAL", "pro");
  Make("free", "EQUAL", "free");
  const SegmentId all = Make("all", "PERCENTAGE_SPLIT", "100");
  Make("none", "PERCENTAGE_SPLIT", "-1");
  EXPECT_EQ(Evaluate()->Segments(), (std::vector<int64_t>{pro.value, all.value}));
}

TEST_F(IdentityEvaluationTest, TellsTheWinnerOfEachFeature) {
  const auto defaults = Evaluate();
  EXPECT_EQ(*defaults->Flags()[0].value, FlagValue(std::string("hello")));
  EXPECT_EQ(defaults->Flags()[0].segment, nullptr);

  Override(Make("free", "EQUAL", "free"), "for free");
  Override(Make("pro", "EQUAL", "pro"), "for pro");
  Override(Make("beta", "EQUAL", "pro"), "for beta");
  const auto in_segments = Evaluate();
  const EvaluatedFlag banner = in_segments->Flags()[0];
  EXPECT_EQ(*banner.value, FlagValue(std::string("for pro")));
  EXPECT_EQ(banner.segment->name, "pro");
  EXPECT_FALSE(banner.is_own_override);
  EXPECT_EQ(*in_segments->Flags()[1].value, FlagValue(int64_t{20}));

  Must(IdentityOverrides(world_.context)
           .Create(world_.admin, "dev-key", {world_.alice.id},
                   {.feature = {world_.banner.id}, .value = FlagValue(true)}));
  const auto own = Evaluate();
  EXPECT_TRUE(own->Flags()[0].is_own_override);
  EXPECT_EQ(own->Flags()[0].segment, nullptr);
  EXPECT_EQ(*own->Flags()[0].value, FlagValue(true));
  EXPECT_FALSE(own->Flags()[0].state->enabled);
}

TEST_F(IdentityEvaluationTest, ListsOfSegmentsMayBeThoseOfAnIdentity) {
  Make("free", "EQUAL", "free");
  Make("pro", "EQUAL", "pro");
  const auto list = Must(
      Segments(world_.context)
          .List(world_.admin, world_.project, {.identity = IdentityId{world_.alice.id}}, Page{}));
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.count, 1);
  EXPECT_EQ(list.items[0].segment.name, "pro");
  const auto unknown =
      Segments(world_.context)
          .List(world_.admin, world_.project, {.identity = IdentityId{99}}, Page{});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace flagstream::service
