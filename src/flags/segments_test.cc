// SPDX-License-Identifier: Apache-2.0
// Goal: an environment's identities get what its segments, variants and overrides say, by the same
// engine that evaluates contexts.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "flags/evaluation.h"
#include "testing/sample_environment.h"

namespace flagstream::flags {
namespace {

using namespace std::string_literals;

Segment SegmentWhere(int64_t id, Condition condition) {
  Segment segment{.id = {id}, .name = "segment " + std::to_string(id)};
  segment.rules = {{.type = RuleType::kAll,
                    .rules = {{.type = RuleType::kAny, .conditions = {std::move(condition)}}}}};
  return segment;
}

SegmentOverride OverrideOf(FeatureId feature, int64_t id, int64_t priority, FlagValue value) {
  return {.id = {id},
          .priority = priority,
          .state = {.id = {id},
                    .uuid = "uuid-" + std::to_string(id),
                    .feature = feature,
                    .enabled = true,
                    .value = std::move(value),
                    .hash_seed = id}};
}

// The sample's banner (feature 2) overridden for two segments; "limit" (4) has two options.
Environment SegmentedEnvironment() {
  Environment environment = testing::SampleEnvironment();
  Segment pro = SegmentWhere(5, {"EQUAL", "plan", "pro"});
  pro.overrides = {OverrideOf({2}, 41, 1, "for pro"s)};
  Segment adult = SegmentWhere(6, {"GREATER_THAN_INCLUSIVE", "age", "18"});
  adult.overrides = {OverrideOf({2}, 42, 0, "for adults"s), OverrideOf({77}, 43, 0, "gone"s)};
  environment.segments = {std::move(pro), std::move(adult),
                          SegmentWhere(7, {"IS_SET", "plan", {}})};

  Feature& limit = environment.features[1];
  limit.type = FeatureType::kMultivariate;
  limit.options = {{.id = {8}, .value = int64_t{10}, .key = "ten"},
                   {.id = {9}, .value = int64_t{20}}};
  environment.feature_states[1].variants = {
      {.id = 31, .uuid = "uuid-31", .option = {8}, .weight = 30},
      {.id = 32, .uuid = "uuid-32", .option = {9}, .weight = 30}};
  return environment;
}

const IdentityFlag& Banner(const IdentityFlags& flags) { return flags[0]; }
const IdentityFlag& Limit(const IdentityFlags& flags) { return flags[1]; }

TEST(SegmentsTest, TheStrongestOverrideOfTheIdentitysSegmentsWins) {
  const Snapshot snapshot(SegmentedEnvironment());
  const auto banner_of = [&](std::string_view who, const std::vector<Trait>& traits) {
    return std::get<std::string>(*Banner(EvaluateTransient(snapshot, who, traits)).value);
  };
  EXPECT_EQ(banner_of("bob", {}), "blue");
  EXPECT_EQ(banner_of("bob", {{"plan", "pro"s}}), "for pro");
  EXPECT_EQ(banner_of("bob", {{"plan", "pro"s}, {"age", int64_t{17}}}), "for pro");
  EXPECT_EQ(banner_of("bob", {{"plan", "pro"s}, {"age", "18"s}}), "for adults");
  EXPECT_EQ(banner_of("alice", {{"plan", "pro"s}}), "vip") << "her own override beats segments";
}

TEST(SegmentsTest, TellsWhoseStateWon) {
  const Snapshot snapshot(SegmentedEnvironment());
  const IdentityFlags bob = EvaluateTransient(snapshot, "bob", {{"plan", "pro"s}});
  EXPECT_EQ(Banner(bob).segment_override, &snapshot.environment().segments[0].overrides[0]);
  EXPECT_EQ(Banner(bob).state, &Banner(bob).segment_override->state);
  EXPECT_EQ(Banner(bob).identity_override, nullptr);
  EXPECT_EQ(Limit(bob).segment_override, nullptr);
  EXPECT_EQ(Limit(bob).state, &snapshot.environment().feature_states[1]);
  const IdentityFlags alice = EvaluateTransient(snapshot, "alice", {{"plan", "pro"s}});
  EXPECT_EQ(Banner(alice).segment_override, nullptr);
  EXPECT_EQ(Banner(alice).identity_override, &snapshot.environment().identity_overrides[0]);
}

// With seed 14 they fall on 18.0 %, 40.5 %, 81.6 % by Flagsmith's own engine.
TEST(SegmentsTest, VariantsGoByTheHashOfSeedAndIdentity) {
  const Snapshot snapshot(SegmentedEnvironment());
  const auto limit_of = [&](std::string_view who) {
    return Limit(EvaluateTransient(snapshot, who, {}));
  };
  const IdentityFlag first = limit_of("user-3");
  EXPECT_EQ(*first.value, FlagValue(int64_t{10}));
  EXPECT_EQ(first.variant, "ten");
  const IdentityFlag second = limit_of("user-11");
  EXPECT_EQ(*second.value, FlagValue(int64_t{20}));
  EXPECT_EQ(second.variant, std::nullopt) << "an option without a key";
  const IdentityFlag control = limit_of("user-0");
  EXPECT_EQ(*control.value, FlagValue(int64_t{5}));
  EXPECT_EQ(control.variant, "control");
  EXPECT_EQ(Banner(EvaluateTransient(snapshot, "bob", {})).variant, std::nullopt)
      << "a standard feature has no variants";
}

TEST(SegmentsTest, AnOverrideWithoutVariantsIsItsPlainValue) {
  Environment environment = SegmentedEnvironment();
  environment.segments[0].overrides.push_back(OverrideOf({4}, 44, 0, int64_t{99}));
  const Snapshot snapshot(std::move(environment));
  const IdentityFlags flags = EvaluateTransient(snapshot, "user-3", {{"plan", "pro"s}});
  EXPECT_EQ(*Limit(flags).value, FlagValue(int64_t{99}));
  EXPECT_EQ(Limit(flags).variant, "control");
}

TEST(SegmentsTest, TheKeyIsTheDatabaseIdWhereTheEnvironmentSaysSo) {
  Environment environment = testing::SampleEnvironment();
  EXPECT_EQ(IdentityKey(environment, "bob", {12}), "client-key_bob");
  environment.use_identity_composite_key_for_hashing = false;
  EXPECT_EQ(IdentityKey(environment, "bob", {12}), "12");
  EXPECT_EQ(IdentityKey(environment, "bob", {}), "client-key_bob") << "not stored";

  Segment by_key = SegmentWhere(5, {"EQUAL", "$.identity.key", "12"});
  by_key.overrides = {OverrideOf({2}, 41, 0, "keyed"s)};
  environment.segments = {std::move(by_key)};
  const Snapshot snapshot(std::move(environment));
  EXPECT_EQ(*Banner(EvaluateIdentity(snapshot, {.identifier = "bob", .id = {12}})).value,
            FlagValue("keyed"s));
  EXPECT_EQ(*Banner(EvaluateIdentity(snapshot, {.identifier = "bob", .id = {13}})).value,
            FlagValue("blue"s));
}

// Goal: a flag's prerequisite sees what the identity is served, its own override included.
TEST(SegmentsTest, DependenciesSeeOwnOverrides) {
  Environment environment = testing::SampleEnvironment();
  Segment on = SegmentWhere(5, {"EQUAL", "$.flags.off.enabled", "true"});
  on.overrides = {OverrideOf({4}, 41, 0, int64_t{50})};
  environment.segments = {std::move(on)};
  const Snapshot snapshot(std::move(environment));
  EXPECT_EQ(*Limit(EvaluateTransient(snapshot, "bob", {})).value, FlagValue(int64_t{5}));
  EXPECT_EQ(*Limit(EvaluateTransient(snapshot, "alice", {})).value, FlagValue(int64_t{50}));
}

TEST(SegmentsTest, OwnVariantsOfAnIdentityOverrideCount) {
  Environment environment = SegmentedEnvironment();
  FeatureState own{.id = {92},
                   .uuid = "uuid-92",
                   .feature = {4},
                   .enabled = true,
                   .value = int64_t{1},
                   .hash_seed = 92,
                   .variants = {{.id = 40, .uuid = "uuid-40", .option = {9}, .weight = 100}}};
  auto& states = environment.identity_overrides[0].feature_states;
  states.insert(states.begin() + 1, std::move(own));
  const Snapshot snapshot(std::move(environment));
  EXPECT_EQ(*Limit(EvaluateTransient(snapshot, "alice", {})).value, FlagValue(int64_t{20}));
  const Environment& served = snapshot.environment();
  EXPECT_EQ(ValueFor(served.features[1], served.identity_overrides[0].feature_states[1], "any"),
            FlagValue(int64_t{20}));
}

}  // namespace
}  // namespace flagstream::flags
