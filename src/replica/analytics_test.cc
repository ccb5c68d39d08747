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

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  store::MemoryStore store_{clock_};
  telemetry::Registry metrics_;
  Analytics analytics_{std::chrono::seconds(10), store_, clock_, executor_, metrics_};
  EnvironmentId environment_;
  FeatureId feature_;
};

TEST_F(AnalyticsTest, AreWrittenAtTheIntervalAndAddUp) {
  analytics_.Count(environment_, feature_, 3);
  analytics_.Count(environment_, feature_, 4);
  executor_.AdvanceBy(std::chrono::seconds(9));
  EXPECT_TRUE(Rows().empty());
  executor_.AdvanceBy(std::chrono::seconds(1));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 7);
  analytics_.Count(environment_, feature_, 1);
  executor_.AdvanceBy(std::chrono::seconds(10));
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
  executor_.AdvanceBy(std::chrono::seconds(10));
  EXPECT_TRUE(Rows().empty());
  analytics_.Count(environment_, feature_, 1);
  executor_.AdvanceBy(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, 6);
}

TEST_F(AnalyticsTest, OfWhatIsGoneAreLeftOut) {
  analytics_.Count(environment_, FeatureId{999}, 5);
  analytics_.Count(environment_, feature_, 1);
  executor_.AdvanceBy(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].feature_id, feature_.value);
}

TEST_F(AnalyticsTest, DoNotOverflow) {
  analytics_.Count(environment_, feature_, std::numeric_limits<int64_t>::max());
  analytics_.Count(environment_, feature_, 10);
  executor_.AdvanceBy(std::chrono::seconds(10));
  ASSERT_EQ(Rows().size(), 1U);
  EXPECT_EQ(Rows()[0].count, std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace flagstream::replica
