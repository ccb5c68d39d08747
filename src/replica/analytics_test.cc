// SPDX-License-Identifier: Apache-2.0
#include "replica/analytics.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "store/memory_store.h"
#include "store/query.h"
#include "store/records.h"
#include "testing/fake_clock.h"
#include "testing/manual_executor.h"
#include "testing/store_data.h"
#include "wire/time.h"

namespace flagstream::replica {
namespace {

// Goal: counts reach the store once each, add up, and survive a write that fails.

class AnalyticsTest : public ::testing::Test {
 protected:
  AnalyticsTest() {
    const Result<> filled = store::WriteAndWait(store_, [this](store::Transaction& tx) -> Result<> {
      FLAGSTREAM_ASSIGN(const testing::Place place, testing::InsertPlace(tx));
      environment_ = EnvironmentId{place.environment.id};
      FLAGSTREAM_ASSIGN(const store::Feature feature,
                        testing::InsertFeature(tx, place.project.id, "banner"));
      feature_ = FeatureId{feature.id};
      return {};
    });
    EXPECT_TRUE(filled);
    analytics_.Start();
  }
  ~AnalyticsTest() override { analytics_.Stop(); }

  std::vector<store::AnalyticsCount> Rows() {
    std::vector<store::AnalyticsCount> rows;
    const Result<> read = store_.Read([&](store::Reader& reader) -> Result<> {
      FLAGSTREAM_ASSIGN(rows, store::Find(reader, store::Select<store::AnalyticsCount>()));
      return {};
    });
    EXPECT_TRUE(read);
    return rows;
  }

  std::vector<store::RequestCount> Requests() {
    std::vector<store::RequestCount> rows;
    const Result<> read = store_.Read([&](store::Reader& reader) -> Result<> {
      FLAGSTREAM_ASSIGN(rows, store::Find(reader, store::Select<store::RequestCount>()));
      return {};
    });
    EXPECT_TRUE(read);
    return rows;
  }
  // Both shards are on this thread.
  void Advance(std::chrono::seconds by) {
    executor_.AdvanceBy(by);
    other_shard_.RunReady();
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  testing::ManualExecutor other_shard_{clock_};
  store::MemoryStore store_{clock_};
  telemetry::Registry metrics_;
  Analytics analytics_{
      std::chrono::seconds(10), store_, clock_, {&executor_, &other_shard_}, metrics_};
  EnvironmentId environment_;
  FeatureId feature_;
};

TEST_F(AnalyticsTest, AreWrittenAtTheIntervalAndAddUp) {
  analytics_.Count(environment_, feature_, 3);
  analytics_.Count(environment_, feature_, 4);
  Advance(std::chrono::seconds(9));
  EXPECT_TRUE(Rows().empty());
  Advance(std::chrono::seconds(1));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 7);
  analytics_.Count(environment_, feature_, 1);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 8);
}

TEST_F(AnalyticsTest, AreWrittenWhenItStops) {
  analytics_.Count(environment_, feature_, 5);
  analytics_.Stop();
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 5);
}

TEST_F(AnalyticsTest, AreKeptWhenAWriteFails) {
  analytics_.Count(environment_, feature_, 5);
  store_.FailCommit(Error::Unavailable("the disk is full"));
  Advance(std::chrono::seconds(10));
  EXPECT_TRUE(Rows().empty());
  analytics_.Count(environment_, feature_, 1);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 6);
}

TEST_F(AnalyticsTest, OfWhatIsGoneAreLeftOut) {
  analytics_.Count(environment_, FeatureId{999}, 5);
  analytics_.Count(environment_, feature_, 1);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].feature_id, feature_.value);
}

TEST_F(AnalyticsTest, OfRequestsAreThoseOfAllShards) {
  for (int i = 0; i < 3; ++i) analytics_.requests(0).Count(environment_, SdkResource::kFlags);
  analytics_.requests(1).Count(environment_, SdkResource::kFlags);
  analytics_.requests(1).Count(environment_, SdkResource::kIdentities);
  analytics_.requests(1).Count(EnvironmentId{999}, SdkResource::kIdentities);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Requests().size(), 1U);
  EXPECT_EQ(Requests()[0].environment_id, environment_.value);
  EXPECT_EQ(Requests()[0].day, wire::DayOf(clock_.NowMicros()));
  EXPECT_EQ(Requests()[0].flags, 4);
  EXPECT_EQ(Requests()[0].identities, 1);

  analytics_.requests(0).Count(environment_, SdkResource::kTraits);
  analytics_.requests(0).Count(environment_, SdkResource::kEnvironmentDocument);
  analytics_.requests(0).Count(environment_, SdkResource::kFlags);
  store_.FailCommit(Error::Unavailable("the disk is full"));
  Advance(std::chrono::seconds(10));
  EXPECT_EQ(Requests()[0].flags, 4);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Requests().size(), 1U);
  EXPECT_EQ(Requests()[0].flags, 5);
  EXPECT_EQ(Requests()[0].traits, 1);
  EXPECT_EQ(Requests()[0].environment_document, 1);
}

TEST_F(AnalyticsTest, OfRequestsAreByDay) {
  analytics_.requests(0).Count(environment_, SdkResource::kFlags);
  Advance(std::chrono::hours(24));
  analytics_.requests(0).Count(environment_, SdkResource::kFlags);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Requests().size(), 2U);
  EXPECT_EQ(Requests()[1].day, Requests()[0].day + 1);
}

TEST_F(AnalyticsTest, OfRequestsAreWrittenWhenItStops) {
  analytics_.requests(1).Count(environment_, SdkResource::kFlags);
  bool gathered = false;
  analytics_.Gather([&] { gathered = true; });
  executor_.RunReady();
  EXPECT_FALSE(gathered);
  other_shard_.RunReady();
  EXPECT_TRUE(gathered);
  analytics_.Stop();
  ASSERT_EQ(Requests().size(), 1U);
  EXPECT_EQ(Requests()[0].flags, 1);
}

TEST_F(AnalyticsTest, DoNotOverflow) {
  analytics_.Count(environment_, feature_, std::numeric_limits<int64_t>::max());
  analytics_.Count(environment_, feature_, 10);
  Advance(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace flagstream::replica
