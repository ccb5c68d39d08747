// SPDX-License-Identifier: Apache-2.0
// Goal: an address gets its attempts and no more, others are not hurt, and the table stays within
// its bound.
#include "auth/login_limiter.h"

#include <gtest/gtest.h>

namespace flagstream::auth {
namespace {

using std::chrono::seconds;

class HeldClock final : public Clock {
 public:
  int64_t NowMicros() const override { return 0; }
  SteadyTime Steady() const override { return now; }

  SteadyTime now{std::chrono::hours(1)};
};

TEST(LoginLimiter, TwentyAttemptsAMinute) {
  HeldClock clock;
  LoginLimiter limiter(clock);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(limiter.Admit("10.0.0.1"), std::nullopt);
    clock.now += seconds(1);
  }
  EXPECT_EQ(limiter.Admit("10.0.0.1"), seconds(40));
  EXPECT_EQ(limiter.Admit("10.0.0.2"), std::nullopt);

  clock.now += seconds(40);  // the first attempt is a minute old
  EXPECT_EQ(limiter.Admit("10.0.0.1"), std::nullopt);
  EXPECT_EQ(limiter.Admit("10.0.0.1"), seconds(1));
}

TEST(LoginLimiter, RefusedAttemptsAreNotCounted) {
  HeldClock clock;
  LoginLimiter limiter(clock, {.attempts_per_window_max = 1, .window = seconds(10)});
  EXPECT_EQ(limiter.Admit("a"), std::nullopt);
  clock.now += seconds(9);
  EXPECT_EQ(limiter.Admit("a"), seconds(1));
  clock.now += seconds(1);
  EXPECT_EQ(limiter.Admit("a"), std::nullopt);
}

TEST(LoginLimiter, RemembersNoMoreAddressesThanItsBound) {
  HeldClock clock;
  LoginLimiter limiter(clock, {.window = seconds(10), .addresses_max = 2});
  EXPECT_EQ(limiter.Admit("a"), std::nullopt);
  EXPECT_EQ(limiter.Admit("b"), std::nullopt);
  EXPECT_EQ(limiter.Admit("c"), seconds(10));
  EXPECT_EQ(limiter.Admit("a"), std::nullopt);  // those it knows go on
  EXPECT_EQ(limiter.address_count(), 2U);

  clock.now += seconds(10);
  EXPECT_EQ(limiter.Admit("c"), std::nullopt);
  EXPECT_EQ(limiter.address_count(), 1U);
}

}  // namespace
}  // namespace flagstream::auth
