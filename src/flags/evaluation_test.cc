// SPDX-License-Identifier: Apache-2.0
#include "flags/evaluation.h"

#include <gtest/gtest.h>

namespace flagstream::flags {
namespace {

// Goal: an identity is served the environment's defaults, and its own overrides instead where it
// has them.

using namespace std::string_literals;

Environment ThreeFeatures() {
  Environment environment;
  environment.features = {
      {.id = {1}, .name = "a"}, {.id = {2}, .name = "b"}, {.id = {4}, .name = "d"}};
  environment.feature_states = {
      {.id = {10}, .feature = {1}, .enabled = true, .value = "one"s},
      {.id = {20}, .feature = {2}, .enabled = false, .value = int64_t{2}},
      {.id = {40}, .feature = {4}, .enabled = true, .value = true},
  };
  return environment;
}

IdentityOverride Override(std::string identifier, std::vector<FeatureState> states) {
  return {
      .identity = {9}, .identifier = std::move(identifier), .feature_states = std::move(states)};
}

TEST(EvaluateIdentityTest, GivesDefaultsInTheOrderOfFeatures) {
  const Snapshot snapshot(ThreeFeatures());
  const IdentityFlags flags = EvaluateTransient(snapshot, "anyone", {});
  ASSERT_EQ(flags.size(), 3u);
  for (size_t i = 0; i < flags.size(); ++i) {
    EXPECT_EQ(flags[i].feature, &snapshot.environment().features[i]);
    EXPECT_EQ(flags[i].state, &snapshot.environment().feature_states[i]);
    EXPECT_EQ(flags[i].value, &flags[i].state->value);
    EXPECT_EQ(flags[i].identity_override, nullptr);
  }
}

TEST(EvaluateIdentityTest, OwnOverridesWinAndOthersDoNotCount) {
  Environment environment = ThreeFeatures();
  environment.identity_overrides = {
      Override("alice", {{.id = {91}, .feature = {1}, .enabled = false, .value = "hers"s},
                         {.id = {94}, .feature = {4}, .enabled = false}}),
      Override("bob", {{.id = {92}, .feature = {2}, .enabled = true}})};
  const Snapshot snapshot(std::move(environment));

  const IdentityFlags flags = EvaluateTransient(snapshot, "alice", {});
  EXPECT_EQ(flags[0].state->id, FeatureStateId{91});
  EXPECT_EQ(*flags[0].value, FlagValue("hers"s));
  EXPECT_FALSE(flags[0].state->enabled);
  EXPECT_EQ(flags[0].identity_override, &snapshot.environment().identity_overrides[0]);
  EXPECT_EQ(flags[1].state->id, FeatureStateId{20});
  EXPECT_EQ(flags[2].state->id, FeatureStateId{94});
  EXPECT_EQ(*flags[2].value, FlagValue());
}

TEST(EvaluateIdentityTest, IdentifiersAreComparedExactly) {
  Environment environment = ThreeFeatures();
  environment.identity_overrides = {Override("alice", {{.id = {91}, .feature = {1}}})};
  const Snapshot snapshot(std::move(environment));
  EXPECT_EQ(EvaluateTransient(snapshot, "Alice", {})[0].state->id, FeatureStateId{10});
  EXPECT_EQ(EvaluateTransient(snapshot, "", {})[0].state->id, FeatureStateId{10});
}

TEST(EvaluateIdentityTest, PassesOverOverridesOfFeaturesThatAreGone) {
  Environment environment = ThreeFeatures();
  environment.identity_overrides = {Override(
      "alice",
      {{.id = {93}, .feature = {3}}, {.id = {94}, .feature = {4}}, {.id = {95}, .feature = {5}}})};
  const Snapshot snapshot(std::move(environment));
  const IdentityFlags flags = EvaluateTransient(snapshot, "alice", {});
  EXPECT_EQ(flags[1].state->id, FeatureStateId{20});
  EXPECT_EQ(flags[2].state->id, FeatureStateId{94});
}

}  // namespace
}  // namespace flagstream::flags
