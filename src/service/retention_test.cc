// SPDX-License-Identifier: Apache-2.0
// Goal: what is older than it may be goes, all of it and nothing else.
#include "service/retention.h"

#include <gtest/gtest.h>

#include "testing/management_world.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using store::AnalyticsCount;
using store::AuditLog;
using testing::ManagementWorld;
using testing::Must;

constexpr int64_t kMicrosPerDay = int64_t{24} * 60 * 60 * 1'000'000;

class RetentionTest : public ::testing::Test {
 protected:
  template <class Record>
  void Insert(Record record) {
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      record.id = 0;
      return store::Insert(tx, record);
    }));
  }

  void InsertAudit(int64_t age_days, const std::string& log) {
    AuditLog row;
    row.created_date = world_.clock.NowMicros() - age_days * kMicrosPerDay;
    row.log = log;
    row.related_object_type = "FEATURE";
    row.change_type = "UPDATE";
    row.changes = "[]";
    Insert(row);
  }

  void InsertCount(int64_t age_days) {
    AnalyticsCount row;
    row.environment_id = world_.dev.id;
    row.feature_id = world_.banner.id;
    row.day = wire::DayOf(world_.clock.NowMicros()) - age_days;
    row.count = 1;
    Insert(row);
  }

  void InsertRequests(int64_t age_days) {
    store::RequestCount row;
    row.environment_id = world_.dev.id;
    row.day = wire::DayOf(world_.clock.NowMicros()) - age_days;
    row.flags = 1;
    Insert(row);
  }

  ManagementWorld world_;
};

TEST_F(RetentionTest, OldAuditRowsGoInSeveralPortions) {
  const size_t recent = world_.All<AuditLog>().size();
  for (int i = 0; i < 2'500; ++i) InsertAudit(31, "old");
  InsertAudit(29, "young enough");
  EXPECT_EQ(Must(RemoveOutdated(world_.context, {.audit = 30})).audit_rows, 2'500);
  EXPECT_EQ(world_.All<AuditLog>().size(), recent + 1);
  EXPECT_EQ(Must(RemoveOutdated(world_.context, {.audit = 30})).audit_rows, 0);
}

TEST_F(RetentionTest, OldCountsGoByDay) {
  for (const int64_t age : {0, 9, 10, 11, 400}) {
    InsertCount(age);
    InsertRequests(age);
  }
  EXPECT_EQ(Must(RemoveOutdated(world_.context, {.analytics = 10})).analytics_counts, 4);
  EXPECT_EQ(world_.All<AnalyticsCount>().size(), 3U);
  EXPECT_EQ(world_.All<store::RequestCount>().size(), 3U);
}

TEST_F(RetentionTest, FilesOfFeaturesGoAfterTwoWeeks) {
  for (const int64_t age : {13, 15}) {
    store::FeatureExport row;
    row.environment_id = world_.dev.id;
    row.name = "Dev";
    row.status = "SUCCESS";
    row.content = "[]";
    row.created_at = world_.clock.NowMicros() - age * kMicrosPerDay;
    Insert(row);
  }
  Must(RemoveOutdated(world_.context, {}));
  EXPECT_EQ(world_.All<store::FeatureExport>().size(), 1U);
}

TEST_F(RetentionTest, AStoreThatIsAwayIsReported) {
  world_.store.FailCall(0, Error::Unavailable("gone"));
  EXPECT_FALSE(RemoveOutdated(world_.context, {}));
}

}  // namespace
}  // namespace flagstream::service
