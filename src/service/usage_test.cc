// SPDX-License-Identifier: Apache-2.0
// Goal: usage is what SDKs reported, by day, of the organisation alone.
#include "service/usage.h"

#include <gtest/gtest.h>

#include "testing/management_world.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using testing::ManagementWorld;
using testing::Must;

class UsageTest : public ::testing::Test {
 protected:
  void Count(const store::Environment& environment, const store::Feature& feature, int64_t age_days,
             int64_t count) {
    store::AnalyticsCount row;
    row.environment_id = environment.id;
    row.feature_id = feature.id;
    row.day = wire::DayOf(world_.clock.NowMicros()) - age_days;
    row.count = count;
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

TEST_F(UsageTest, DaysAreSummedOverFeaturesAndEnvironments) {
  Count(world_.dev, world_.banner, 1, 10);
  Count(world_.dev, world_.limit, 1, 5);
  Count(world_.prod, world_.banner, 1, 100);
  Count(world_.prod, world_.banner, 0, 1'000);
  const auto days = Must(usage_.List(world_.admin, world_.organisation, {}));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].flags, 115);
  EXPECT_EQ(days[1].flags, 1'000);
  EXPECT_EQ(days[1].day, days[0].day + 1);
  EXPECT_EQ(Total({.environment = EnvironmentId{world_.dev.id}}), 15);
  EXPECT_EQ(Total({.project = ProjectId{99}}), 0);
}

TEST_F(UsageTest, PeriodsMeetWithoutOverlap) {
  for (const int64_t age : {0, 29, 30, 59, 60, 89, 90}) Count(world_.dev, world_.banner, age, 1);
  EXPECT_EQ(Total({.period = UsagePeriod::kCurrent}), 2);
  EXPECT_EQ(Total({.period = UsagePeriod::kPrevious}), 2);
  EXPECT_EQ(Total({.period = UsagePeriod::kLast90Days}), 6);
}

TEST_F(UsageTest, OnlyForAdministrators) {
  EXPECT_FALSE(usage_.List(world_.member, world_.organisation, {}));
  EXPECT_FALSE(usage_.Total(world_.stranger, world_.organisation, {}));
}

}  // namespace
}  // namespace flagstream::service
