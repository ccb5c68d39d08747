// SPDX-License-Identifier: Apache-2.0
#include "stream/timer_wheel.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

#include "base/random.h"

namespace flagstream::stream {
namespace {

struct Timer : TimerEntry {
  explicit Timer(int n = 0) : number(n) {}
  int number;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  // Numbers of those due by `now`.
  std::vector<int> Advance(Tick now) {
    TimerList due;
    wheel_.Advance(now, due);
    std::vector<int> numbers;
    for (TimerEntry& entry : due) numbers.push_back(static_cast<Timer&>(entry).number);
    return numbers;
  }

  TimerWheel wheel_;
};

using Numbers = std::vector<int>;

TEST_F(TimerWheelTest, GivesBackWhatIsDueAndNothingElse) {
  Timer a(1);
  Timer b(2);
  Timer c(3);
  wheel_.Schedule(a, 5);
  wheel_.Schedule(b, 3);
  wheel_.Schedule(c, 3);
  EXPECT_EQ(Advance(2), Numbers{});
  EXPECT_EQ(Advance(3), (Numbers{2, 3}));
  EXPECT_EQ(Advance(4), Numbers{});
  EXPECT_EQ(Advance(5), Numbers{1});
}

TEST_F(TimerWheelTest, SkippedTicksAreMadeUpFor) {
  Timer a(1);
  Timer b(2);
  Timer c(3);
  wheel_.Schedule(a, 10);
  wheel_.Schedule(b, 20);
  wheel_.Schedule(c, 31);
  EXPECT_EQ(Advance(30), (Numbers{1, 2}));
  EXPECT_EQ(Advance(31), Numbers{3});
}

// Goal: what waits for longer than a turn of the wheel comes at its time, not at the end of a turn.
TEST_F(TimerWheelTest, WaitsForMoreThanATurn) {
  Timer a(1);
  wheel_.Schedule(a, 5 * TimerWheel::kSlots + 7);
  for (Tick tick = 1; tick < 5 * TimerWheel::kSlots + 7; ++tick)
    ASSERT_EQ(Advance(tick), Numbers{}) << tick;
  EXPECT_EQ(Advance(5 * TimerWheel::kSlots + 7), Numbers{1});
}

TEST_F(TimerWheelTest, JumpsOverManyTurns) {
  Timer a(1);
  Timer b(2);
  wheel_.Schedule(a, 1'000'000);
  wheel_.Schedule(b, 3);
  EXPECT_EQ(Advance(999'999), Numbers{2});
  EXPECT_EQ(Advance(1'000'000), Numbers{1});
}

TEST_F(TimerWheelTest, MovesAnEntry) {
  Timer a(1);
  wheel_.Schedule(a, 5);
  wheel_.Schedule(a, 9);
  EXPECT_EQ(Advance(8), Numbers{});
  wheel_.Schedule(a, 8);  // has passed: the next tick
  EXPECT_EQ(Advance(9), Numbers{1});
}

TEST_F(TimerWheelTest, ForgetsWhatIsDestroyed) {
  {
    Timer a(1);
    wheel_.Schedule(a, 5);
  }
  EXPECT_EQ(Advance(5), Numbers{});
}

// Goal: over random filing, moving and jumps each entry comes exactly at its time; seed printed on
// failure.
TEST_F(TimerWheelTest, AgreesWithASortedMap) {
  const uint64_t seed = SecureRandomSeed();
  SCOPED_TRACE(seed);
  Random random(seed);
  std::deque<Timer> timers;
  std::map<int, Tick> expected;
  for (int i = 0; i < 200; ++i) timers.emplace_back(i);
  Tick now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<int>(random.Between(0, 199));
    const Tick due =
        now + 1 + static_cast<Tick>(random.Between(0, random.Between(0, 3) == 0 ? 2'000 : 50));
    wheel_.Schedule(timers[static_cast<size_t>(number)], due);
    expected[number] = due;
    if (random.Between(0, 4) != 0) continue;
    now += static_cast<Tick>(random.Between(0, random.Between(0, 50) == 0 ? 1'000 : 5));
    for (const int got : Advance(now)) {
      ASSERT_TRUE(expected.contains(got)) << "seed " << seed;
      ASSERT_LE(expected[got], now) << "seed " << seed;
      expected.erase(got);
    }
    for (const auto& [waiting, when] : expected)
      ASSERT_GT(when, now) << waiting << ", seed " << seed;
  }
}

}  // namespace
}  // namespace flagstream::stream
