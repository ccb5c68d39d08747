// SPDX-License-Identifier: Apache-2.0
#include "store/environment_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "store/memory_store.h"
#include "store/query.h"
#include "testing/store_data.h"

namespace flagstream::store {
namespace {

// Goal: what is loaded is what is stored, in the orders that are promised, by few queries; and
// nonsense is not served.

using flagstream::testing::InsertFeature;
using flagstream::testing::InsertIdentity;
using flagstream::testing::InsertPlace;
using flagstream::testing::InsertState;
using flagstream::testing::Place;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

class EnvironmentLoaderTest : public ::testing::Test {
 protected:
  EnvironmentLoaderTest() {
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(place_, InsertPlace(tx));
      return {};
    });
  }

  void MustWrite(const WriteWork& work) {
    const Result<void> result = WriteAndWait(store_, work);
    ASSERT_TRUE(result.ok()) << result.error().ToString();
  }

  Result<std::optional<flags::Environment>> Load(int64_t id) {
    std::optional<flags::Environment> loaded;
    FLAGSTREAM_TRY(store_.Read([&](Reader& reader) -> Result<void> {
      FLAGSTREAM_ASSIGN(loaded, LoadEnvironment(reader, {id}));
      return {};
    }));
    return loaded;
  }

  flags::Environment MustLoad() { return Load(place_.environment.id).value().value(); }

  // Two features with a default each.
  void InsertTwoFeatures() {
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(first_, InsertFeature(tx, place_.project.id, "first"));
      FLAGSTREAM_ASSIGN(second_, InsertFeature(tx, place_.project.id, "second"));
      // Stored in the other order than their features.
      FLAGSTREAM_TRY(InsertState(tx, place_.environment.id, second_.id, std::nullopt, "two"));
      FLAGSTREAM_TRY(InsertState(tx, place_.environment.id, first_.id, std::nullopt, "one"));
      return {};
    });
  }

  MemoryStore store_;
  Place place_;
  Feature first_;
  Feature second_;
};

TEST_F(EnvironmentLoaderTest, ReadsEverySetting) {
  place_.organisation.feature_analytics = true;
  place_.organisation.stop_serving_flags = true;
  place_.organisation.persist_trait_data = false;
  place_.project.hide_disabled_flags = true;
  place_.project.enable_realtime_updates = false;
  Environment& stored = place_.environment;
  stored.hide_disabled_flags = false;
  stored.hide_sensitive_data = true;
  stored.allow_client_traits = false;
  stored.use_identity_composite_key_for_hashing = false;
  stored.use_identity_overrides_in_local_eval = false;
  stored.stamp = 2 * Stamp::kTickMicros;
  stored.previous_stamp = Stamp::kTickMicros;
  stored.revision = 9;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(Update(tx, place_.organisation));
    FLAGSTREAM_TRY(Update(tx, place_.project));
    return Update(tx, place_.environment);
  });

  const flags::Environment loaded = MustLoad();
  EXPECT_EQ(loaded.id.value, stored.id);
  EXPECT_EQ(loaded.name, stored.name);
  EXPECT_EQ(loaded.client_key, stored.api_key);
  EXPECT_EQ(loaded.hide_disabled_flags, std::optional<bool>(false));
  EXPECT_TRUE(loaded.hide_sensitive_data);
  EXPECT_FALSE(loaded.allow_client_traits);
  EXPECT_FALSE(loaded.use_identity_composite_key_for_hashing);
  EXPECT_FALSE(loaded.use_identity_overrides_in_local_eval);
  EXPECT_EQ(loaded.stamp.micros(), 2 * Stamp::kTickMicros);
  EXPECT_EQ(loaded.previous_stamp.micros(), Stamp::kTickMicros);
  EXPECT_EQ(loaded.revision, 9);
  EXPECT_EQ(loaded.project.id.value, place_.project.id);
  EXPECT_EQ(loaded.project.name, place_.project.name);
  EXPECT_TRUE(loaded.project.hide_disabled_flags);
  EXPECT_FALSE(loaded.project.enable_realtime_updates);
  EXPECT_EQ(loaded.organisation.id.value, place_.organisation.id);
  EXPECT_EQ(loaded.organisation.name, place_.organisation.name);
  EXPECT_TRUE(loaded.organisation.feature_analytics);
  EXPECT_TRUE(loaded.organisation.stop_serving_flags);
  EXPECT_FALSE(loaded.organisation.persist_trait_data);
}

TEST_F(EnvironmentLoaderTest, StatesFollowTheOrderOfFeatures) {
  InsertTwoFeatures();
  const flags::Environment loaded = MustLoad();
  ASSERT_EQ(loaded.features.size(), 2U);
  EXPECT_EQ(loaded.features[0].name, "first");
  EXPECT_EQ(loaded.features[1].name, "second");
  ASSERT_EQ(loaded.feature_states.size(), 2U);
  EXPECT_EQ(loaded.feature_states[0].value, flags::FlagValue(std::string("one")));
  EXPECT_EQ(loaded.feature_states[0].uuid, "state-one");
  EXPECT_TRUE(loaded.feature_states[0].enabled);
  EXPECT_EQ(loaded.feature_states[1].feature.value, second_.id);
}

TEST_F(EnvironmentLoaderTest, ReadsWhatAFeatureIs) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    Feature feature = {.project_id = place_.project.id,
                       .name = "Name",
                       .name_folded = "name",
                       .type = "MULTIVARIATE",
                       .default_enabled = true,
                       .initial_value = "v",
                       .description = "d",
                       .is_archived = true,
                       .is_server_key_only = true,
                       .created_date = 5};
    FLAGSTREAM_TRY(Insert(tx, feature));
    FLAGSTREAM_TRY(InsertState(tx, place_.environment.id, feature.id, std::nullopt, "s"));
    return {};
  });
  const flags::Environment loaded = MustLoad();
  ASSERT_EQ(loaded.features.size(), 1U);
  const flags::Feature& feature = loaded.features[0];
  EXPECT_EQ(feature.name, "Name");
  EXPECT_EQ(feature.type, flags::FeatureType::kMultivariate);
  EXPECT_EQ(feature.created_micros, 5);
  EXPECT_EQ(feature.description, "d");
  EXPECT_EQ(feature.initial_value, "v");
  EXPECT_TRUE(feature.default_enabled);
  EXPECT_TRUE(feature.is_server_key_only);
}

TEST_F(EnvironmentLoaderTest, OnlyIdentitiesWithOverridesAreThere) {
  InsertTwoFeatures();
  MustWrite([&](Transaction& tx) -> Result<void> {
    const int64_t environment = place_.environment.id;
    FLAGSTREAM_ASSIGN(const Identity a, InsertIdentity(tx, environment, "a"));
    FLAGSTREAM_TRY(InsertIdentity(tx, environment, "without"));
    FLAGSTREAM_ASSIGN(const Identity c, InsertIdentity(tx, environment, "c"));
    FLAGSTREAM_TRY(InsertState(tx, environment, second_.id, c.id, "c2"));
    FLAGSTREAM_TRY(InsertState(tx, environment, first_.id, c.id, "c1"));
    FLAGSTREAM_TRY(InsertState(tx, environment, first_.id, a.id, "a1"));
    return {};
  });
  const flags::Environment loaded = MustLoad();
  ASSERT_EQ(loaded.identity_overrides.size(), 2U);
  EXPECT_EQ(loaded.identity_overrides[0].identifier, "a");
  EXPECT_EQ(loaded.identity_overrides[0].uuid, "identity-a");
  EXPECT_EQ(loaded.identity_overrides[1].identifier, "c");
  ASSERT_EQ(loaded.identity_overrides[1].feature_states.size(), 2U);
  EXPECT_EQ(loaded.identity_overrides[1].feature_states[0].feature.value, first_.id);
  EXPECT_EQ(loaded.identity_overrides[1].feature_states[1].value,
            flags::FlagValue(std::string("c2")));
  EXPECT_EQ(loaded.feature_states.size(), 2U);
}

TEST_F(EnvironmentLoaderTest, ReadsServerKeys) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    EnvironmentApiKey key = {.environment_id = place_.environment.id, .key = "ser.a"};
    FLAGSTREAM_TRY(Insert(tx, key));
    EnvironmentApiKey expired = {
        .environment_id = place_.environment.id, .key = "ser.b", .active = false, .expires_at = 7};
    return Insert(tx, expired);
  });
  const flags::Environment loaded = MustLoad();
  ASSERT_EQ(loaded.server_keys.size(), 2U);
  EXPECT_EQ(loaded.server_keys[0].key, "ser.a");
  EXPECT_TRUE(loaded.server_keys[0].active);
  EXPECT_EQ(loaded.server_keys[0].expires_micros, std::nullopt);
  EXPECT_FALSE(loaded.server_keys[1].active);
  EXPECT_EQ(loaded.server_keys[1].expires_micros, 7);
}

TEST_F(EnvironmentLoaderTest, NothingOfAnotherPlaceIsRead) {
  InsertTwoFeatures();
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Place other, InsertPlace(tx, "other"));
    FLAGSTREAM_ASSIGN(const Feature feature, InsertFeature(tx, other.project.id, "theirs"));
    FLAGSTREAM_TRY(InsertState(tx, other.environment.id, feature.id, std::nullopt, "theirs"));
    return {};
  });
  EXPECT_EQ(MustLoad().features.size(), 2U);
}

TEST_F(EnvironmentLoaderTest, OneThatIsNotThereIsUnset) {
  EXPECT_EQ(Load(99).value().has_value(), false);
}

TEST_F(EnvironmentLoaderTest, AFeatureWithoutAStateIsCorrupt) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertFeature(tx, place_.project.id, "stateless"));
    return {};
  });
  const auto loaded = Load(place_.environment.id);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt);
}

TEST_F(EnvironmentLoaderTest, TheNumberOfQueriesDoesNotGrowWithTheData) {
  InsertTwoFeatures();
  MustWrite([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < 20; ++i) {
      FLAGSTREAM_ASSIGN(const Identity identity,
                        InsertIdentity(tx, place_.environment.id, std::to_string(i)));
      FLAGSTREAM_TRY(InsertState(tx, place_.environment.id, first_.id, identity.id, "o"));
    }
    return {};
  });
  const int64_t before = store_.calls();
  EXPECT_EQ(MustLoad().identity_overrides.size(), 20U);
  EXPECT_EQ(store_.calls() - before, 9);
}

TEST_F(EnvironmentLoaderTest, AFailureAtAnyQueryIsTold) {
  InsertTwoFeatures();
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Identity identity, InsertIdentity(tx, place_.environment.id, "i"));
    FLAGSTREAM_TRY(InsertState(tx, place_.environment.id, first_.id, identity.id, "o"));
    return {};
  });
  for (int64_t n = 0; n < 9; ++n) {
    store_.FailCall(n, Error::Unavailable("gone"));
    const auto loaded = Load(place_.environment.id);
    ASSERT_FALSE(loaded.ok()) << n;
    EXPECT_EQ(loaded.error().code(), ErrorCode::kUnavailable);
  }
}

// A segment with an ANY rule under an ALL rule, which overrides the second feature.
Result<FeatureState> InsertOverridingSegment(Transaction& tx, const Place& place,
                                             const Feature& feature) {
  Segment segment = {.uuid = "s", .project_id = place.project.id, .name = "beta"};
  FLAGSTREAM_TRY(Insert(tx, segment));
  SegmentRule top = {.segment_id = segment.id, .type = "ALL"};
  FLAGSTREAM_TRY(Insert(tx, top));
  SegmentRule under = {.segment_id = segment.id, .parent_id = top.id, .type = "ANY"};
  FLAGSTREAM_TRY(Insert(tx, under));
  // Stored in the other order than they stand in the rule.
  SegmentCondition last = {.segment_id = segment.id,
                           .rule_id = under.id,
                           .position = 1,
                           .operator_name = "IS_SET",
                           .property = "plan"};
  FLAGSTREAM_TRY(Insert(tx, last));
  SegmentCondition first = {.segment_id = segment.id,
                            .rule_id = under.id,
                            .operator_name = "PERCENTAGE_SPLIT",
                            .value = "10"};
  FLAGSTREAM_TRY(Insert(tx, first));
  FeatureSegment link = {.uuid = "l",
                         .feature_id = feature.id,
                         .segment_id = segment.id,
                         .environment_id = place.environment.id,
                         .priority = 3};
  FLAGSTREAM_TRY(Insert(tx, link));
  FeatureState state = {.uuid = "o",
                        .environment_id = place.environment.id,
                        .feature_id = feature.id,
                        .enabled = true,
                        .value_type = "unicode",
                        .value = "beta value",
                        .feature_segment_id = link.id,
                        .hash_seed = 77};
  FLAGSTREAM_TRY(Insert(tx, state));
  return state;
}

TEST_F(EnvironmentLoaderTest, SegmentsComeWithRulesAndOverrides) {
  InsertTwoFeatures();
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertOverridingSegment(tx, place_, second_));
    return {};
  });
  const flags::Environment loaded = MustLoad();
  EXPECT_EQ(loaded.feature_states.size(), 2U);
  ASSERT_EQ(loaded.segments.size(), 1U);
  const flags::Segment& segment = loaded.segments[0];
  EXPECT_EQ(segment.name, "beta");
  EXPECT_FALSE(segment.feature.has_value());
  ASSERT_EQ(segment.rules.size(), 1U);
  EXPECT_EQ(segment.rules[0].type, flags::RuleType::kAll);
  EXPECT_TRUE(segment.rules[0].conditions.empty());
  ASSERT_EQ(segment.rules[0].rules.size(), 1U);
  const flags::SegmentRule& under = segment.rules[0].rules[0];
  EXPECT_EQ(under.type, flags::RuleType::kAny);
  ASSERT_EQ(under.conditions.size(), 2U);
  EXPECT_EQ(under.conditions[0].operator_name, "PERCENTAGE_SPLIT");
  EXPECT_EQ(under.conditions[0].property, "");
  EXPECT_EQ(under.conditions[0].value, "10");
  EXPECT_EQ(under.conditions[1].property, "plan");
  EXPECT_EQ(under.conditions[1].value, std::nullopt);
  ASSERT_EQ(segment.overrides.size(), 1U);
  EXPECT_EQ(segment.overrides[0].priority, 3);
  EXPECT_EQ(segment.overrides[0].state.feature.value, second_.id);
  EXPECT_EQ(segment.overrides[0].state.value, flags::FlagValue("beta value"));
  EXPECT_EQ(segment.overrides[0].state.hash_seed, 77);
}

// A segment with one rule that has a condition for each of the values.
Result<void> InsertInConditions(Transaction& tx, const Place& place,
                                const std::vector<std::pair<std::string, std::string>>& given) {
  Segment segment = {.uuid = "s", .project_id = place.project.id, .name = "beta"};
  FLAGSTREAM_TRY(Insert(tx, segment));
  SegmentRule rule = {.segment_id = segment.id, .type = "ANY"};
  FLAGSTREAM_TRY(Insert(tx, rule));
  for (const auto& [operator_name, value] : given) {
    SegmentCondition condition = {.segment_id = segment.id,
                                  .rule_id = rule.id,
                                  .operator_name = operator_name,
                                  .property = "plan",
                                  .value = value};
    FLAGSTREAM_TRY(Insert(tx, condition));
  }
  return {};
}

TEST_F(EnvironmentLoaderTest, ConditionsOfInHaveTheirListIfItIsJson) {
  MustWrite([&](Transaction& tx) {
    return InsertInConditions(tx, place_,
                              {{"IN", R"(["pro","a,b",5,5.0,true,null])"},
                               {"IN", "[]"},
                               {"IN", "pro,beta"},
                               {"IN", "[pro"},
                               {"EQUAL", R"(["pro"])"}});
  });
  const flags::Environment loaded = MustLoad();
  const std::vector<flags::Condition>& conditions = loaded.segments.at(0).rules.at(0).conditions;
  ASSERT_EQ(conditions.size(), 5U);
  EXPECT_THAT(conditions[0].list, Optional(ElementsAre("pro", "a,b", "5", "5.0", "True", "None")));
  EXPECT_EQ(conditions[0].value, R"(["pro","a,b",5,5.0,true,null])");
  EXPECT_THAT(conditions[1].list, Optional(IsEmpty()));
  for (size_t i = 2; i < conditions.size(); ++i) EXPECT_EQ(conditions[i].list, std::nullopt) << i;
}

TEST_F(EnvironmentLoaderTest, ARuleThatMakesNoSenseIsCorrupt) {
  Segment segment = {.uuid = "s", .project_id = place_.project.id, .name = "beta"};
  SegmentRule rule = {.type = "SOME"};
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(Insert(tx, segment));
    rule.segment_id = segment.id;
    return Insert(tx, rule);
  });
  const auto loaded = Load(place_.environment.id);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt);
}

TEST_F(EnvironmentLoaderTest, MultivariateFeaturesComeWithOptionsAndTheirStatesWithVariants) {
  InsertTwoFeatures();
  MultivariateOption option = {.uuid = "m", .value_type = "int", .value = "5", .key = "five"};
  MultivariateFeatureStateValue weight = {.uuid = "w", .percentage_allocation = 12.5};
  MustWrite([&](Transaction& tx) -> Result<void> {
    second_.type = "MULTIVARIATE";
    FLAGSTREAM_TRY(Update(tx, second_));
    option.feature_id = second_.id;
    FLAGSTREAM_TRY(Insert(tx, option));
    FLAGSTREAM_ASSIGN(const FeatureState over, InsertOverridingSegment(tx, place_, second_));
    weight.multivariate_option_id = option.id;
    weight.feature_state_id = over.id;
    return Insert(tx, weight);
  });
  const flags::Environment loaded = MustLoad();
  EXPECT_TRUE(loaded.features[0].options.empty());
  ASSERT_EQ(loaded.features[1].options.size(), 1U);
  EXPECT_EQ(loaded.features[1].options[0].value, flags::FlagValue(int64_t{5}));
  EXPECT_EQ(loaded.features[1].options[0].key, "five");
  EXPECT_TRUE(loaded.feature_states[1].variants.empty());
  EXPECT_EQ(loaded.feature_states[1].hash_seed, loaded.feature_states[1].id.value);
  const std::vector<flags::Variant>& variants =
      loaded.segments.at(0).overrides.at(0).state.variants;
  ASSERT_EQ(variants.size(), 1U);
  EXPECT_EQ(variants[0].id, weight.id);
  EXPECT_EQ(variants[0].option.value, option.id);
  EXPECT_EQ(variants[0].weight, 12.5);
}

TEST_F(EnvironmentLoaderTest, ListsRevisions) {
  place_.environment.revision = 4;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(Update(tx, place_.environment));
    FLAGSTREAM_TRY(InsertPlace(tx, "other"));
    return {};
  });
  const Result<void> read = store_.Read([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto revisions, ListRevisions(reader));
    EXPECT_THAT(revisions, ElementsAre(EnvironmentRevision{{place_.environment.id}, 4},
                                       EnvironmentRevision{{place_.environment.id + 1}, 0}));
    return {};
  });
  EXPECT_TRUE(read.ok());
}

TEST_F(EnvironmentLoaderTest, LoadsAnIdentityWithItsTraits) {
  Trait plan = {.trait_key = "plan", .value_type = "unicode", .value = "pro"};
  MustWrite([&](Transaction& tx) -> Result<void> {
    Identity identity = {.uuid = "u",
                         .environment_id = place_.environment.id,
                         .identifier = "someone",
                         .created_date = 3,
                         .stamp = Stamp::kTickMicros,
                         .base_revision = 2};
    FLAGSTREAM_TRY(Insert(tx, identity));
    plan.identity_id = identity.id;
    FLAGSTREAM_TRY(Insert(tx, plan));
    Trait age = {
        .identity_id = identity.id, .trait_key = "age", .value_type = "int", .value = "41"};
    return Insert(tx, age);
  });
  const Result<void> read = store_.Read([&](Reader& reader) -> Result<void> {
    const EnvironmentId environment = {place_.environment.id};
    FLAGSTREAM_ASSIGN(const auto found, LoadIdentity(reader, environment, "someone"));
    EXPECT_TRUE(found.has_value());
    EXPECT_EQ(found->stamp.micros(), Stamp::kTickMicros);
    EXPECT_EQ(found->base_revision, 2);
    EXPECT_EQ(found->uuid, "u");
    EXPECT_EQ(found->created_micros, 3);
    EXPECT_EQ(found->traits.size(), 2U);
    EXPECT_EQ(found->traits.at(0).id, plan.id);
    EXPECT_EQ(found->traits.at(0).trait, (flags::Trait{"plan", std::string("pro")}));
    EXPECT_EQ(found->traits.at(1).trait, (flags::Trait{"age", int64_t{41}}));
    FLAGSTREAM_ASSIGN(const auto nobody, LoadIdentity(reader, environment, "Someone"));
    EXPECT_FALSE(nobody.has_value());
    FLAGSTREAM_ASSIGN(const auto elsewhere, LoadIdentity(reader, {99}, "someone"));
    EXPECT_FALSE(elsewhere.has_value());
    return {};
  });
  EXPECT_TRUE(read.ok());
}

}  // namespace
}  // namespace flagstream::store
