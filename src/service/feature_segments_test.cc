// SPDX-License-Identifier: Apache-2.0
// Goal: the priorities of the overrides of a feature in an environment stay 0, 1, 2, ... whatever
// is added, moved or removed, and only changes of what is served are told.
#include "service/feature_segments.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using store::FeatureSegment;
using testing::ManagementWorld;
using testing::Must;

std::vector<FeatureSegment> Rows(int count) {
  std::vector<FeatureSegment> rows;
  for (int i = 0; i < count; ++i) {
    FeatureSegment row;
    row.id = i;
    row.priority = i;
    rows.push_back(row);
  }
  return rows;
}

std::string Moved(int count, const std::vector<PriorityMove>& moves) {
  std::string ids;
  for (const FeatureSegment& row : ApplyMoves(Rows(count), moves)) ids += std::to_string(row.id);
  return ids;
}

TEST(PriorityMoves, PutRowsWhereTheySay) {
  EXPECT_EQ(Moved(4, {}), "0123");
  EXPECT_EQ(Moved(4, {{{3}, 0}}), "3012");
  EXPECT_EQ(Moved(4, {{{0}, 2}}), "1203");
  EXPECT_EQ(Moved(4, {{{0}, 9}}), "1230");
  EXPECT_EQ(Moved(4, {{{2}, -5}}), "2013");
  EXPECT_EQ(Moved(4, {{{0}, 3}, {{1}, 2}, {{2}, 1}, {{3}, 0}}), "3210");
  EXPECT_EQ(Moved(4, {{{1}, 0}, {{0}, 1}}), "1023");
  EXPECT_EQ(Moved(4, {{{3}, 1}, {{2}, 1}}), "0321") << "the first of two stands first";
  EXPECT_EQ(Moved(4, {{{0}, 8}, {{1}, 7}}), "2310");
  EXPECT_EQ(Moved(1, {{{7}, 0}}), "0") << "unknown rows are passed over";
}

class FeatureSegmentsTest : public ::testing::Test {
 protected:
  Result<Written<FeatureSegment>> Add(const std::string& segment, bool with_state,
                                      std::optional<int64_t> priority = std::nullopt) {
    const store::Project project = world_.One<store::Project>(world_.project.value);
    const SegmentId id{world_.AddSegment(segment).id};
    return Write<FeatureSegment>(
        world_.context, &world_.admin, [&](Writing& writing) -> Result<FeatureSegment> {
          const EnvironmentAccess access{world_.dev, project};
          FLAGSTREAM_TRY(writing.Hold<store::Environment>(world_.dev.id));
          FLAGSTREAM_ASSIGN(
              const FeatureSegment made,
              AddFeatureSegment(
                  writing, access,
                  {.feature = {world_.banner.id}, .segment = id, .priority = priority},
                  world_.context.limits));
          if (with_state) FLAGSTREAM_TRY(AddOverrideState(writing, access, made, true, true));
          return made;
        });
  }

  Result<Written<Done>> Remove(const FeatureSegment& row) {
    const store::Project project = world_.One<store::Project>(world_.project.value);
    return Write<Done>(world_.context, &world_.admin, [&](Writing& writing) -> Result<Done> {
      FLAGSTREAM_TRY(writing.Hold<store::Environment>(world_.dev.id));
      FLAGSTREAM_TRY(RemoveFeatureSegment(writing, {world_.dev, project}, row));
      return Done{};
    });
  }

  // "name priority" of all, in their order.
  std::string Order() {
    std::string text;
    for (const FeatureSegment& row :
         world_.All(store::Select<FeatureSegment>().OrderBy(&FeatureSegment::priority))) {
      text += world_.One<store::Segment>(row.segment_id).name + std::to_string(row.priority) + " ";
    }
    return text;
  }

  ManagementWorld world_;
};

TEST_F(FeatureSegmentsTest, NewOnesGoLastOrPushTheOthersDown) {
  Must(Add("a", true));
  Must(Add("b", true));
  Must(Add("c", true, 0));
  Must(Add("d", true, 99));
  EXPECT_EQ(Order(), "c0 a1 b2 d3 ");
}

TEST_F(FeatureSegmentsTest, RemovalClosesTheGapAndTakesTheStateAlong) {
  const FeatureSegment a = Must(Add("a", true)).value;
  Must(Add("b", true));
  Must(Add("c", false));
  Must(Remove(a));
  EXPECT_EQ(Order(), "b0 c1 ");
  EXPECT_EQ(world_
                .All(store::Select<store::FeatureState>().Where(
                    &store::FeatureState::feature_segment_id, a.id))
                .size(),
            0U);
}

TEST_F(FeatureSegmentsTest, WhatServesNobodyIsNotTold) {
  EXPECT_TRUE(Must(Add("a", false)).changes.empty());
  EXPECT_EQ(Must(Add("b", true)).changes.size(), 1U);
  EXPECT_EQ(Must(Add("c", false, 1)).changes.size(), 1U) << "it moves one that is served";
  const FeatureSegment d = Must(Add("d", false)).value;
  EXPECT_TRUE(Must(Remove(d)).changes.empty());
}

}  // namespace
}  // namespace flagstream::service
