// SPDX-License-Identifier: Apache-2.0
#include "replica/followed_environment.h"

#include <gtest/gtest.h>

#include <memory>

#include "testing/fake_clock.h"
#include "testing/manual_executor.h"

namespace flagstream::replica {
namespace {

// Goal: one load at a time, one more for what was heard meanwhile, and none for nothing.

constexpr SteadyTime kNow{};

TEST(FollowedEnvironmentTest, LoadsOnceForWhatItHears) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Hear(2, 0, kNow));
  EXPECT_FALSE(followed.OnServed(3));
  EXPECT_EQ(followed.served(), 3);
  EXPECT_FALSE(followed.Hear(3, 0, kNow));
  EXPECT_TRUE(followed.Hear(4, 0, kNow));
}

TEST(FollowedEnvironmentTest, LoadsAgainForWhatItHeardMeanwhile) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Hear(4, 0, kNow));
  EXPECT_FALSE(followed.Hear(5, 0, kNow));
  EXPECT_TRUE(followed.OnServed(4));
  EXPECT_FALSE(followed.OnServed(5));
}

TEST(FollowedEnvironmentTest, WhatTheLoadAlreadyBroughtCausesNoMore) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Hear(4, 0, kNow));
  EXPECT_FALSE(followed.OnServed(5));
  EXPECT_FALSE(followed.Hear(5, 0, kNow));
  EXPECT_FALSE(followed.behind_since());
}

TEST(FollowedEnvironmentTest, AFalseRevisionIsForgotten) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(100, 0, kNow));
  EXPECT_FALSE(followed.OnServed(3));
  EXPECT_FALSE(followed.behind_since());
  EXPECT_TRUE(followed.Hear(4, 0, kNow));
}

TEST(FollowedEnvironmentTest, DoubtLoadsOnceMoreAndThenRests) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Doubt());
  EXPECT_TRUE(followed.OnServed(3));
  EXPECT_FALSE(followed.OnServed(3));
  EXPECT_TRUE(followed.Doubt());
  EXPECT_FALSE(followed.OnRemoved());
  EXPECT_EQ(followed.served(), 0);
}

TEST(FollowedEnvironmentTest, KnowsSinceWhenItIsBehind) {
  FollowedEnvironment followed;
  const SteadyTime later = kNow + std::chrono::seconds(5);
  EXPECT_FALSE(followed.behind_since());
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  EXPECT_FALSE(followed.Hear(4, 0, later));
  EXPECT_EQ(followed.behind_since(), kNow);
  EXPECT_FALSE(followed.OnServed(4));
  EXPECT_FALSE(followed.behind_since());
}

TEST(FollowedEnvironmentTest, ReleasesUpwardOnly) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Release(Stamp::RoundUp(10)));
  EXPECT_FALSE(followed.Release(Stamp::RoundUp(10)));
  EXPECT_TRUE(followed.Release(Stamp::RoundUp(10).Next()));
  EXPECT_FALSE(followed.Release(Stamp::RoundUp(10)));
}

TEST(FollowedEnvironmentTest, TellsTheCommitOfExactlyItsRevision) {
  FollowedEnvironment followed;
  EXPECT_TRUE(followed.Hear(3, 0, kNow));  // from the store, which does not tell
  EXPECT_FALSE(followed.Hear(3, 77, kNow));
  EXPECT_EQ(followed.CommittedMicros(3), 77);
  EXPECT_EQ(followed.CommittedMicros(2), 0);
  EXPECT_FALSE(followed.OnServed(4));
  EXPECT_EQ(followed.CommittedMicros(4), 0);
}

class WaitTest : public ::testing::Test {
 protected:
  std::shared_ptr<ServedWait> Wait() {
    auto wait = std::make_shared<ServedWait>(executor, [this] { ++ended; });
    wait->Add();
    return wait;
  }
  int Ended() {
    executor.RunReady();
    return ended;
  }

  testing::FakeClock clock;
  testing::ManualExecutor executor{clock};
  FollowedEnvironment followed;
  int ended = 0;
};

TEST_F(WaitTest, EndsWhenItsRevisionIsServed) {
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  followed.WaitFor(3, Wait());
  followed.WaitFor(4, Wait());
  EXPECT_EQ(Ended(), 0);
  EXPECT_FALSE(followed.OnServed(3));
  EXPECT_EQ(Ended(), 1);
  followed.WaitFor(2, Wait());
  EXPECT_EQ(Ended(), 2);
}

TEST_F(WaitTest, EndsWhenTheEnvironmentIsGone) {
  EXPECT_TRUE(followed.Hear(3, 0, kNow));
  followed.WaitFor(3, Wait());
  EXPECT_FALSE(followed.OnRemoved());
  EXPECT_EQ(Ended(), 1);
}

TEST_F(WaitTest, EndsOnce) {
  const auto wait = Wait();
  wait->Add();
  wait->Remove();
  EXPECT_EQ(Ended(), 0);
  wait->End();
  wait->Remove();
  EXPECT_EQ(Ended(), 1);
  EXPECT_TRUE(wait->HasEnded());
}

}  // namespace
}  // namespace flagstream::replica
