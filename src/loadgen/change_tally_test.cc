// SPDX-License-Identifier: Apache-2.0
#include "loadgen/change_tally.h"

#include <gtest/gtest.h>

#include <chrono>

namespace flagstream::loadgen {
namespace {

// Goal: the newest change is counted, and nothing else.

Time At(int milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

TEST(ChangeTallyTest, WhatWasThereBeforeIsNoChange) {
  ChangeTally tally(/*stamp_before=*/5.0);
  tally.Add({0, 5.0, At(1)});
  tally.Add({1, 4.0, At(1)});
  EXPECT_EQ(tally.reached(), 0U);
  EXPECT_TRUE(tally.ToldAtPercents().empty());
}

TEST(ChangeTallyTest, ANewerChangeBeginsAnew) {
  ChangeTally tally(/*stamp_before=*/0);
  tally.Add({0, 5.0, At(1)});
  tally.Add({1, 5.0, At(2)});
  tally.Add({0, 6.0, At(3)});
  tally.Add({2, 5.0, At(4)});  // a straggler of the older one
  EXPECT_EQ(tally.stamp(), 6.0);
  EXPECT_EQ(tally.reached(), 1U);
}

TEST(ChangeTallyTest, PercentsAreOfNearestRankAndEndWithTheLast) {
  ChangeTally tally(/*stamp_before=*/0);
  for (int stream = 1; stream <= 250; ++stream)
    tally.Add({static_cast<size_t>(stream), 5.0, At(stream)});
  const std::vector<Time> percents = tally.ToldAtPercents();
  ASSERT_EQ(percents.size(), 100U);
  EXPECT_EQ(percents[0], At(3));  // 2.5 streams are a percent
  EXPECT_EQ(percents[49], At(125));
  EXPECT_EQ(percents[99], At(250));
}

TEST(ChangeTallyTest, OneStreamIsEveryPercent) {
  ChangeTally tally(/*stamp_before=*/0);
  tally.Add({0, 5.0, At(7)});
  EXPECT_EQ(tally.ToldAtPercents(), std::vector<Time>(100, At(7)));
}

}  // namespace
}  // namespace flagstream::loadgen
