// SPDX-License-Identifier: Apache-2.0
#include "base/stamp.h"

#include <gtest/gtest.h>

namespace flagstream {
namespace {

// Goal: issued stamps are ticks, and later than the clock and all that clients may hold.

constexpr int64_t kTick = Stamp::kTickMicros;

TEST(StampTest, RoundsUpToTheNextTick) {
  EXPECT_EQ(Stamp::RoundUp(0).micros(), 0);
  EXPECT_EQ(Stamp::RoundUp(1).micros(), kTick);
  EXPECT_EQ(Stamp::RoundUp(kTick).micros(), kTick);
  EXPECT_EQ(Stamp::RoundUp(kTick + 1).micros(), 2 * kTick);
}

TEST(StampTest, IsExactAsADoubleOfSeconds) {
  const Stamp stamp = Stamp::RoundUp(1'735'229'888'759'999);
  const double seconds = static_cast<double>(stamp.micros()) / 1e6;
  EXPECT_EQ(static_cast<int64_t>(seconds * 64) * kTick, stamp.micros());
}

TEST(StampTest, FollowsTheClockWhenItIsAhead) {
  EXPECT_EQ(IssueEnvironmentStamp(10 * kTick, Stamp::RoundUp(kTick), Stamp()).micros(), 10 * kTick);
}

TEST(StampTest, RisesWhenTheClockStandsStillOrStepsBack) {
  const Stamp held = Stamp::RoundUp(10 * kTick);
  EXPECT_EQ(IssueEnvironmentStamp(10 * kTick, held, Stamp()), held.Next());
  EXPECT_EQ(IssueEnvironmentStamp(3 * kTick, held, Stamp()), held.Next());
}

TEST(StampTest, OfAnEnvironmentIsLaterThanThoseOfItsIdentities) {
  const Stamp identity = Stamp::RoundUp(20 * kTick);
  EXPECT_EQ(IssueEnvironmentStamp(5 * kTick, Stamp::RoundUp(10 * kTick), identity),
            identity.Next());
}

TEST(StampTest, OfAnIdentityIsLaterThanItsOwnAndTheEnvironments) {
  const Stamp environment = Stamp::RoundUp(10 * kTick);
  const Stamp identity = Stamp::RoundUp(12 * kTick);
  EXPECT_EQ(IssueIdentityStamp(0, environment, Stamp()), environment.Next());
  EXPECT_EQ(IssueIdentityStamp(0, environment, identity), identity.Next());
}

TEST(StampTest, AfterAGivenStampBetweenTicksIsOnATickAndLater) {
  const Stamp given = Stamp::FromMicros(10 * kTick + 7);
  EXPECT_FALSE(given.IsIssuedByUs());
  EXPECT_TRUE(given.Next().IsIssuedByUs());
  EXPECT_GT(given.Next(), given);
}

}  // namespace
}  // namespace flagstream
