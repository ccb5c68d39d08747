// SPDX-License-Identifier: Apache-2.0
#include "flags/snapshot.h"

#include <gtest/gtest.h>

namespace flagstream::flags {
namespace {

// Goal: a snapshot finds by name what the environment holds, and refuses data that evaluation could
// not walk.

Environment TwoFeatures() {
  Environment environment;
  environment.features = {{.id = {2}, .name = "banner"}, {.id = {5}, .name = "Banner"}};
  environment.feature_states = {{.id = {20}, .feature = {2}}, {.id = {50}, .feature = {5}}};
  environment.identity_overrides = {
      {.identity = {7}, .identifier = "alice", .feature_states = {{.id = {71}, .feature = {5}}}}};
  return environment;
}

TEST(SnapshotTest, FindsFeaturesByExactName) {
  const Snapshot snapshot(TwoFeatures());
  ASSERT_NE(snapshot.FindFeature("banner"), nullptr);
  EXPECT_EQ(snapshot.FindFeature("banner")->id, FeatureId{2});
  EXPECT_EQ(snapshot.FindFeature("Banner")->id, FeatureId{5});
  EXPECT_EQ(snapshot.FindFeature("BANNER"), nullptr);
}

TEST(SnapshotTest, FindsOverridesByIdentifier) {
  const Snapshot snapshot(TwoFeatures());
  ASSERT_NE(snapshot.FindOverride("alice"), nullptr);
  EXPECT_EQ(snapshot.FindOverride("alice")->identity, IdentityId{7});
  EXPECT_EQ(snapshot.FindOverride("bob"), nullptr);
}

TEST(SnapshotDeathTest, RefusesFeaturesWithoutState) {
  Environment environment = TwoFeatures();
  environment.feature_states.pop_back();
  EXPECT_DEATH(Snapshot{environment}, "HasOneStatePerFeature");
}

TEST(SnapshotDeathTest, RefusesFeaturesOutOfOrder) {
  Environment environment = TwoFeatures();
  std::swap(environment.features[0], environment.features[1]);
  std::swap(environment.feature_states[0], environment.feature_states[1]);
  EXPECT_DEATH(Snapshot{environment}, "AscendsById");
}

}  // namespace
}  // namespace flagstream::flags
