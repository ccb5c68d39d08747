// SPDX-License-Identifier: Apache-2.0
#include "testing/manual_executor.h"

#include <gtest/gtest.h>

#include <string>

namespace flagstream::testing {
namespace {

using std::chrono::milliseconds;

class ManualExecutorTest : public ::testing::Test {
 protected:
  Task Note(char c) {
    return [this, c] { order_ += c; };
  }

  FakeClock clock_;
  ManualExecutor executor_{clock_};
  std::string order_;
};

TEST_F(ManualExecutorTest, RunsTasksInTheOrderPostedAndOnlyWhenAsked) {
  executor_.Post(Note('a'));
  executor_.Post(Note('b'));
  EXPECT_EQ(order_, "");
  EXPECT_TRUE(executor_.RunOne());
  EXPECT_EQ(order_, "a");
  executor_.RunReady();
  EXPECT_EQ(order_, "ab");
  EXPECT_FALSE(executor_.RunOne());
}

TEST_F(ManualExecutorTest, RunsWhatTasksPost) {
  executor_.Post([this] { executor_.Post(Note('b')); });
  executor_.RunReady();
  EXPECT_EQ(order_, "b");
}

// Goal: delayed tasks run at their own time, in time order, also those that a delayed task posts.
TEST_F(ManualExecutorTest, AdvancesFromOneDelayedTaskToTheNext) {
  const SteadyTime start = clock_.Steady();
  SteadyTime seen;
  executor_.PostAfter(milliseconds(20), Note('c'));
  executor_.PostAfter(milliseconds(10), [&] {
    seen = clock_.Steady();
    order_ += 'a';
    executor_.PostAfter(milliseconds(5), Note('b'));
  });
  executor_.AdvanceBy(milliseconds(19));
  EXPECT_EQ(order_, "ab");
  EXPECT_EQ(seen, start + milliseconds(10));
  EXPECT_EQ(clock_.Steady(), start + milliseconds(19));
  executor_.AdvanceBy(milliseconds(1));
  EXPECT_EQ(order_, "abc");
  EXPECT_EQ(executor_.task_count(), 0u);
}

TEST_F(ManualExecutorTest, EqualDelaysKeepTheirOrder) {
  for (const char c : std::string("abcd")) executor_.PostAfter(milliseconds(1), Note(c));
  executor_.AdvanceBy(milliseconds(1));
  EXPECT_EQ(order_, "abcd");
}

TEST_F(ManualExecutorTest, TheWallClockMayBeSetAlone) {
  const SteadyTime before = clock_.Steady();
  clock_.SetWall(5);
  EXPECT_EQ(clock_.NowMicros(), 5);
  EXPECT_EQ(clock_.Steady(), before);
}

}  // namespace
}  // namespace flagstream::testing
