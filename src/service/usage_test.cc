// SPDX-License-Identifier: Apache-2.0
// Goal: usage is what SDKs asked for, by day and kind, of the organisation alone.
#include "service/usage.h"

#include <gtest/gtest.h>

#include <limits>

#include "testing/management_world.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using testing::ManagementWorld;
using testing::Must;

class UsageTest : public ::testing::Test {
 protected:
  // Requests of a day, `age_days` ago.
  void Count(const store::Environment& environment, int64_t age_days, store::RequestCount row) {
    row.environment_id = environment.id;
    row.day = wire::DayOf(world_.clock.NowMicros()) - age_days;
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      row.id = 0;
      return store::Insert(tx, row);
    }));
  }

  int64_t Total(const UsageFilter& filter) {
    return Must(usage_.Total(world_.admin, world_.organisation, filter));
  }

  ManagementWorld world_;
  Usage usage_{world_.context};
};

TEST_F(UsageTest, DaysAreSummedOverEnvironments) {
  Count(world_.dev, 1, {.flags = 10, .identities = 5, .traits = 2, .environment_document = 1});
  Count(world_.prod, 1, {.flags = 100, .identities = 50});
  Count(world_.prod, 0, {.flags = 1'000});
  const auto days = Must(usage_.List(world_.admin, world_.organisation, {}));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].flags, 110);
  EXPECT_EQ(days[0].identities, 55);
  EXPECT_EQ(days[0].traits, 2);
  EXPECT_EQ(days[0].environment_document, 1);
  EXPECT_EQ(days[1].flags, 1'000);
  EXPECT_EQ(days[1].day, days[0].day + 1);
  EXPECT_EQ(Total({}), 1'168);
  EXPECT_EQ(Total({.environment = EnvironmentId{world_.dev.id}}), 18);
  EXPECT_EQ(Total({.project = ProjectId{99}}), 0);
}

TEST_F(UsageTest, PeriodsMeetWithoutOverlap) {
  for (const int64_t age : {0, 29, 30, 59, 60, 89, 90}) Count(world_.dev, age, {.flags = 1});
  EXPECT_EQ(Total({.period = UsagePeriod::kCurrent}), 2);
  EXPECT_EQ(Total({.period = UsagePeriod::kPrevious}), 2);
  EXPECT_EQ(Total({.period = UsagePeriod::kLast90Days}), 6);
}

TEST_F(UsageTest, GoesWithItsEnvironment) {
  Count(world_.dev, 0, {.flags = 10});
  Count(world_.prod, 0, {.flags = 100});
  Must(Environments(world_.context).Delete(world_.admin, "dev-key"));
  EXPECT_EQ(Total({}), 100);
  EXPECT_EQ(world_.All<store::RequestCount>().size(), 1U);
}

TEST_F(UsageTest, StopsAtTheLargestInteger) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  Count(world_.dev, 0, {.flags = most, .identities = 1});
  Count(world_.prod, 0, {.flags = 1});
  EXPECT_EQ(Must(usage_.List(world_.admin, world_.organisation, {}))[0].flags, most);
  EXPECT_EQ(Total({}), most);
}

TEST_F(UsageTest, OnlyForAdministrators) {
  EXPECT_FALSE(usage_.List(world_.member, world_.organisation, {}));
  EXPECT_FALSE(usage_.Total(world_.stranger, world_.organisation, {}));
}

}  // namespace
}  // namespace flagstream::service
