// SPDX-License-Identifier: Apache-2.0
// Goal: a clone serves identities what the original does, and is a thing of its own.
#include "service/environment_copy.h"

#include <gtest/gtest.h>

#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using store::FeatureSegment;
using store::FeatureState;
using store::MultivariateFeatureStateValue;
using store::Select;
using testing::ManagementWorld;
using testing::Must;

class CloneTest : public ::testing::Test {
 protected:
  CloneTest() {
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) { return AddModel(tx); }));
    copy_ = Must(Environments(world_.context).Clone(world_.admin, "dev-key", "Copy")).value;
  }

  // A segment that overrides the banner in dev, and a variant with weights in both states.
  Result<void> AddModel(store::Transaction& tx) {
    store::Segment segment;
    segment.uuid = "segment";
    segment.project_id = world_.project.value;
    segment.name = "beta";
    FLAGSTREAM_TRY(store::Insert(tx, segment));
    FeatureSegment link;
    link.uuid = "link";
    link.feature_id = world_.banner.id;
    link.segment_id = segment.id;
    link.environment_id = world_.dev.id;
    link.priority = 3;
    FLAGSTREAM_TRY(store::Insert(tx, link));
    FeatureState state = world_.DefaultOf(world_.dev, world_.banner);
    state.id = 0;
    state.feature_segment_id = link.id;
    state.value = "for beta";
    state.hash_seed = 7;
    FLAGSTREAM_TRY(store::Insert(tx, state));
    FeatureState own = state;
    own.id = 0;
    own.feature_segment_id.reset();
    own.identity_id = world_.alice.id;
    FLAGSTREAM_TRY(store::Insert(tx, own));
    store::MultivariateOption option;
    option.uuid = "option";
    option.feature_id = world_.banner.id;
    option.value_type = "unicode";
    option.value = "blue";
    FLAGSTREAM_TRY(store::Insert(tx, option));
    MultivariateFeatureStateValue weight;
    weight.uuid = "weight";
    weight.multivariate_option_id = option.id;
    weight.feature_state_id = world_.banner_state;
    weight.percentage_allocation = 12.5;
    FLAGSTREAM_TRY(store::Insert(tx, weight));
    weight.id = 0;
    weight.feature_state_id = state.id;
    weight.percentage_allocation = 60;
    return store::Insert(tx, weight);
  }

  std::vector<FeatureState> StatesOf(const store::Environment& environment) {
    return world_.All(Select<FeatureState>().Where(&FeatureState::environment_id, environment.id));
  }
  double WeightOf(const FeatureState& state) {
    const auto rows = world_.All(Select<MultivariateFeatureStateValue>().Where(
        &MultivariateFeatureStateValue::feature_state_id, state.id));
    return rows.size() == 1 ? rows[0].percentage_allocation : -1;
  }
  FeatureState OverrideIn(const store::Environment& environment) {
    for (FeatureState& state : StatesOf(environment)) {
      if (state.feature_segment_id) return state;
    }
    std::abort();
  }

  ManagementWorld world_;
  store::Environment copy_;
};

TEST_F(CloneTest, HasDefaultsWithTheirWeightsAndSeeds) {
  const FeatureState original = world_.DefaultOf(world_.dev, world_.banner);
  const FeatureState copy = world_.DefaultOf(copy_, world_.banner);
  EXPECT_EQ(copy.value, "hello");
  EXPECT_NE(copy.uuid, original.uuid);
  EXPECT_EQ(copy.hash_seed, original.id);
  EXPECT_EQ(WeightOf(copy), 12.5);
  EXPECT_EQ(WeightOf(original), 12.5);
}

TEST_F(CloneTest, HasSegmentOverridesOfItsOwn) {
  const FeatureState original = OverrideIn(world_.dev);
  const FeatureState copy = OverrideIn(copy_);
  EXPECT_EQ(copy.value, "for beta");
  EXPECT_EQ(copy.hash_seed, 7);
  EXPECT_EQ(WeightOf(copy), 60);
  EXPECT_NE(copy.feature_segment_id, original.feature_segment_id);
  const FeatureSegment link = world_.One<FeatureSegment>(*copy.feature_segment_id);
  EXPECT_EQ(link.environment_id, copy_.id);
  EXPECT_EQ(link.priority, 3);
  EXPECT_EQ(Must(Environments(world_.context).GetDetails(world_.admin, copy_.api_key))
                .total_segment_overrides,
            1);
}

TEST_F(CloneTest, HasNoIdentities) {
  EXPECT_EQ(StatesOf(world_.dev).size(), 4U);
  EXPECT_EQ(StatesOf(copy_).size(), 3U);
}

TEST_F(CloneTest, ACopyOfACopyKeepsTheSeed) {
  const store::Environment second =
      Must(Environments(world_.context).Clone(world_.admin, copy_.api_key, "Again")).value;
  EXPECT_EQ(world_.DefaultOf(second, world_.banner).hash_seed, world_.banner_state);
}

TEST_F(CloneTest, MetricsCountWhatIsThere) {
  const EnvironmentMetrics metrics =
      Must(Environments(world_.context).Metrics(world_.admin, copy_.api_key));
  EXPECT_EQ(metrics.features, 2);
  EXPECT_EQ(metrics.enabled_features, 2);
  EXPECT_EQ(metrics.segment_overrides, 1);
}

}  // namespace
}  // namespace flagstream::service
