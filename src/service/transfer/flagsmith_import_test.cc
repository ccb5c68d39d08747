// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "service/transfer/flagsmith_export.h"
#include "service/transfer/transfer_test_world.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

// Goal: of a Flagsmith export what is live comes in with its keys and seeds, and what does not is
// listed with the reason.

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// As `dumporganisationtolocalfs` writes it: no primary keys, other objects by natural keys.
constexpr const char* kNatural = R"([
{"model": "organisations.organisation", "fields": {"uuid": "o1", "deleted_at": null, "name": "Acme",
 "created_date": "2024-01-01T00:00:00Z", "persist_trait_data": false}},
{"model": "organisations.subscription", "fields": {"uuid": "x", "organisation": ["o1"]}},
{"model": "projects.project", "fields": {"uuid": "p1", "name": "Shop", "organisation": ["o1"],
 "created_date": "2024-01-01T00:00:00.5Z", "hide_disabled_flags": true}},
{"model": "segments.segment", "fields": {"uuid": "s1", "name": "split", "project": ["p1"],
 "feature": ["f2"], "version": 2, "version_of": ["s1"], "description": "d"}},
{"model": "segments.segmentrule", "fields": {"uuid": "r2", "segment": null, "rule": ["r1"],
 "type": "ANY"}},
{"model": "segments.segmentrule", "fields": {"uuid": "r1", "segment": ["s1"], "rule": null,
 "type": "ALL"}},
{"model": "segments.condition", "fields": {"uuid": "c1", "operator": "PERCENTAGE_SPLIT",
 "property": "", "value": "30", "rule": ["r2"]}},
{"model": "tags.tag", "fields": {"uuid": "t1", "label": "ui", "color": "#fff", "project": ["p1"]}},
{"model": "environments.environment", "fields": {"uuid": "e1", "name": "Prod", "project": ["p1"],
 "api_key": "prod-key", "hide_disabled_flags": null, "use_v2_feature_versioning": false}},
{"model": "environments.environmentapikey", "fields": {"environment": ["prod-key"],
 "key": "ser.secret", "name": "server", "active": true, "created_at": "2024-01-01T00:00:00Z",
 "expires_at": null}},
{"model": "identities.identity", "fields": {"identifier": "alice",
 "created_date": "2024-02-01T00:00:00Z", "environment": ["prod-key"], "system_traits": {"a": 1}}},
{"model": "traits.trait", "fields": {"identity": ["alice", "prod-key"], "trait_key": "age",
 "value_type": "int", "integer_value": 7, "string_value": null}},
{"model": "traits.trait", "fields": {"identity": ["alice", "prod-key"], "trait_key": "height",
 "value_type": "float", "float_value": 0.1}},
{"model": "traits.trait", "fields": {"identity": ["ghost", "prod-key"], "trait_key": "age",
 "value_type": "int", "integer_value": 7}},
{"model": "features.feature", "fields": {"uuid": "f1", "name": "banner", "project": ["p1"],
 "type": "STANDARD", "tags": [["t1"]], "initial_value": "hi", "is_archived": true}},
{"model": "features.feature", "fields": {"uuid": "f2", "name": "Button", "project": ["p1"],
 "type": "MULTIVARIATE", "tags": [], "is_server_key_only": true}},
{"model": "features.feature", "fields": {"uuid": "f3", "name": "old", "project": ["p1"],
 "deleted_at": "2024-03-01T00:00:00Z"}},
{"model": "multivariate.multivariatefeatureoption", "fields": {"uuid": "m1", "feature": ["f2"],
 "type": "unicode", "string_value": "red", "default_percentage_allocation": 25.0, "key": "r"}},
{"model": "features.featuresegment", "fields": {"uuid": "l1", "feature": ["f2"],
 "segment": ["s1"], "environment": ["prod-key"], "environment_feature_version": null,
 "priority": 3}},
{"model": "features.featurestate", "fields": {"uuid": "fs1", "feature": ["f1"],
 "environment": ["prod-key"], "identity": null, "feature_segment": null, "enabled": false,
 "live_from": "2024-01-02T00:00:00Z", "version": 1, "mv_hashing_salt": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs2", "feature": ["f1"],
 "environment": ["prod-key"], "identity": null, "feature_segment": null, "enabled": true,
 "live_from": "2024-01-03T00:00:00Z", "version": 2, "mv_hashing_salt": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs3", "feature": ["f1"],
 "environment": ["prod-key"], "enabled": false, "live_from": "2099-01-01T00:00:00Z",
 "version": 3}},
{"model": "features.featurestate", "fields": {"uuid": "fs4", "feature": ["f1"],
 "environment": ["prod-key"], "enabled": false, "live_from": null, "version": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs5", "feature": ["f2"],
 "environment": ["prod-key"], "enabled": true, "live_from": "2024-01-02T00:00:00Z", "version": 1,
 "mv_hashing_salt": 4711}},
{"model": "features.featurestate", "fields": {"uuid": "fs6", "feature": ["f2"],
 "environment": ["prod-key"], "feature_segment": ["l1"], "enabled": true,
 "live_from": "2024-01-02T00:00:00Z", "version": 1, "mv_hashing_salt": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs7", "feature": ["f1"],
 "environment": ["prod-key"], "identity": ["alice", "prod-key"], "enabled": true,
 "live_from": "2024-01-02T00:00:00Z", "version": 1}},
{"model": "features.featurestatevalue", "fields": {"uuid": "v2", "feature_state": ["fs2"],
 "type": "int", "integer_value": 20, "string_value": "stale"}},
{"model": "features.featurestatevalue", "fields": {"uuid": "v5", "feature_state": ["fs5"],
 "type": "unicode", "string_value": "blue"}},
{"model": "features.featurestatevalue", "fields": {"uuid": "v7", "feature_state": ["fs7"],
 "type": "bool", "boolean_value": true}},
{"model": "multivariate.multivariatefeaturestatevalue", "fields": {"uuid": "w1",
 "feature_state": ["fs5"], "multivariate_feature_option": ["m1"], "percentage_allocation": 25.0}}
])";

int64_t Now() { return *wire::ParseIsoTime("2026-06-01T00:00:00Z"); }

Result<Bundle> Read(const std::string& text) {
  FLAGSTREAM_ASSIGN(const wire::Json json, wire::ParseJson(text));
  return ReadFlagsmithExport(json, Now());
}

ImportOptions Options() { return {.source = "dump.json"}; }

class FlagsmithImportTest : public ::testing::Test {
 protected:
  std::string Import(const std::string& text) {
    return Must(service::Import(world_.context, Must(Read(text)), Options())).ToText();
  }

  EmptyWorld world_;
};

TEST_F(FlagsmithImportTest, WhatIsLiveComesIn) {
  Import(kNatural);
  const auto organisation = AllOf<store::Organisation>(world_.store).at(0);
  EXPECT_EQ(organisation.uuid, "o1");
  EXPECT_FALSE(organisation.persist_trait_data);
  const auto environment = AllOf<store::Environment>(world_.store).at(0);
  EXPECT_EQ(environment.api_key, "prod-key");
  EXPECT_EQ(environment.revision, 1);
  EXPECT_EQ(AllOf<store::EnvironmentApiKey>(world_.store).at(0).key, "ser.secret");
  const auto features = AllOf<store::Feature>(world_.store);
  ASSERT_THAT(features, SizeIs(2));
  EXPECT_TRUE(features[0].is_archived);
  EXPECT_EQ(features[1].name_folded, "button");
  EXPECT_THAT(AllOf<store::FeatureTag>(world_.store), SizeIs(1));
  EXPECT_THAT(
      AllOf<store::FeatureState>(world_.store),
      UnorderedElementsAre(::testing::AllOf(Field(&store::FeatureState::uuid, "fs2"),
                                            Field(&store::FeatureState::value, "20")),
                           ::testing::AllOf(Field(&store::FeatureState::uuid, "fs5"),
                                            Field(&store::FeatureState::hash_seed, 4711)),
                           ::testing::AllOf(Field(&store::FeatureState::uuid, "fs6"),
                                            Field(&store::FeatureState::feature_segment_id, 1)),
                           ::testing::AllOf(Field(&store::FeatureState::uuid, "fs7"),
                                            Field(&store::FeatureState::value, "true"))));
  EXPECT_EQ(AllOf<store::FeatureSegment>(world_.store).at(0).priority, 0);
  EXPECT_EQ(AllOf<store::Segment>(world_.store).at(0).feature_id, features[1].id);
  const auto rules = AllOf<store::SegmentRule>(world_.store);
  ASSERT_THAT(rules, SizeIs(2));
  EXPECT_EQ(std::ranges::count(rules, "ANY", &store::SegmentRule::type), 1);
  EXPECT_THAT(AllOf<store::Trait>(world_.store),
              ElementsAre(Field(&store::Trait::value, "7"), Field(&store::Trait::value, "0.1")));
  EXPECT_EQ(AllOf<store::MultivariateFeatureStateValue>(world_.store).at(0).percentage_allocation,
            25);
}

TEST_F(FlagsmithImportTest, WhatIsLeftOutIsListedWithTheReason) {
  const std::string said = Import(kNatural);
  EXPECT_THAT(said, HasSubstr("organisations.subscription (1): nothing here is like it"));
  EXPECT_THAT(said, HasSubstr("features.feature old: it is deleted"));
  EXPECT_THAT(said, HasSubstr("features.featurestate fs4: it is a draft"));
  EXPECT_THAT(said, HasSubstr("features.featurestate fs3: it is scheduled for later"));
  EXPECT_THAT(said, HasSubstr("traits.trait age: its identity is not among what is taken"));
  EXPECT_THAT(said, HasSubstr("identities.identity alice: its system traits"));
  // One variant state has a salt, the other has not.
  EXPECT_THAT(said, HasSubstr("what the variants of 1 feature states are chosen by"));
  EXPECT_THAT(said, HasSubstr("percentage splits of 1 segments"));
}

// The same with primary keys, as Django's dumpdata writes it.
TEST_F(FlagsmithImportTest, PrimaryKeysAreKeptWithTheirHashes) {
  const std::string said = Import(R"([
{"model": "organisations.organisation", "pk": 5, "fields": {"uuid": "o1", "name": "Acme"}},
{"model": "projects.project", "pk": 6, "fields": {"uuid": "p1", "name": "Shop",
 "organisation": 5}},
{"model": "environments.environment", "pk": 7, "fields": {"uuid": "e1", "name": "Prod",
 "project": 6, "api_key": "prod-key"}},
{"model": "features.feature", "pk": 8, "fields": {"uuid": "f1", "name": "button", "project": 6,
 "type": "MULTIVARIATE", "tags": []}},
{"model": "multivariate.multivariatefeatureoption", "pk": 9, "fields": {"uuid": "m1",
 "feature": 8, "type": "int", "integer_value": 3}},
{"model": "segments.segment", "pk": 10, "fields": {"uuid": "s1", "name": "a", "project": 6,
 "version_of": 10}},
{"model": "segments.segment", "pk": 11, "fields": {"uuid": "s2", "name": "a", "project": 6,
 "version_of": 10}},
{"model": "segments.segmentrule", "pk": 12, "fields": {"uuid": "r1", "segment": 10,
 "rule": null, "type": "ALL"}},
{"model": "segments.condition", "pk": 13, "fields": {"operator": "PERCENTAGE_SPLIT",
 "property": null, "value": "5", "rule": 12}},
{"model": "features.featurestate", "pk": 14, "fields": {"uuid": "fs1", "feature": 8,
 "environment": 7, "enabled": true, "live_from": "2024-01-02T00:00:00Z", "version": 1}},
{"model": "multivariate.multivariatefeaturestatevalue", "pk": 15, "fields": {"uuid": "w1",
 "feature_state": 14, "multivariate_feature_option": 9, "percentage_allocation": 25}}
])");
  EXPECT_EQ(AllOf<store::Environment>(world_.store).at(0).id, 7);
  EXPECT_THAT(AllOf<store::Segment>(world_.store), ElementsAre(Field(&store::Segment::id, 10)));
  EXPECT_EQ(AllOf<store::FeatureState>(world_.store).at(0).id, 14);
  EXPECT_EQ(AllOf<store::MultivariateOption>(world_.store).at(0).value, "3");
  EXPECT_THAT(said, Not(HasSubstr("chosen by")));
  EXPECT_THAT(said, Not(HasSubstr("splits")));
}

// Two versions of a feature's states, of which the published one is live.
std::string WithVersions(const std::string& first, const std::string& second) {
  return R"([
{"model": "organisations.organisation", "fields": {"uuid": "o1", "name": "Acme"}},
{"model": "projects.project", "fields": {"uuid": "p1", "name": "Shop", "organisation": ["o1"]}},
{"model": "environments.environment", "fields": {"uuid": "e1", "name": "Prod", "project": ["p1"],
 "api_key": "prod-key", "use_v2_feature_versioning": true}},
{"model": "features.feature", "fields": {"uuid": "f1", "name": "banner", "project": ["p1"]}},
{"model": "feature_versioning.environmentfeatureversion", )" +
         first + R"(
 "environment": ["prod-key"], "feature": ["f1"], "published_at": "2024-01-02T00:00:00Z",
 "live_from": "2024-01-02T00:00:00Z"}},
{"model": "feature_versioning.environmentfeatureversion", )" +
         second + R"(
 "environment": ["prod-key"], "feature": ["f1"], "published_at": null, "live_from": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs1", "feature": ["f1"],
 "environment": ["prod-key"], "enabled": true, "environment_feature_version": ["v1"],
 "created_at": "2024-01-02T00:00:00Z", "version": null}},
{"model": "features.featurestate", "fields": {"uuid": "fs2", "feature": ["f1"],
 "environment": ["prod-key"], "enabled": false, "environment_feature_version": ["v2"],
 "created_at": "2024-01-03T00:00:00Z", "version": null}}
])";
}

TEST_F(FlagsmithImportTest, OfVersionsThePublishedOneIsLive) {
  const std::string said =
      Import(WithVersions(R"("pk": "v1", "fields": {)", R"("pk": "v2", "fields": {)"));
  EXPECT_THAT(AllOf<store::FeatureState>(world_.store),
              ElementsAre(Field(&store::FeatureState::uuid, "fs1")));
  EXPECT_THAT(said, Not(HasSubstr("made last")));
}

TEST_F(FlagsmithImportTest, OfVersionsWithoutNamesTheLastIsGuessed) {
  const std::string said = Import(WithVersions(R"("fields": {)", R"("fields": {)"));
  EXPECT_THAT(AllOf<store::FeatureState>(world_.store),
              ElementsAre(Field(&store::FeatureState::uuid, "fs2")));
  EXPECT_THAT(said, HasSubstr("made last"));
}

struct WrongDump {
  std::string replace;
  std::string by;
  std::string sentence;
};

class WrongDumpTest : public ::testing::TestWithParam<WrongDump> {};

TEST_P(WrongDumpTest, IsRefusedWithItsPlace) {
  std::string text = kNatural;
  const size_t at = text.find(GetParam().replace);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().replace.size(), GetParam().by);
  EmptyWorld world;
  const Result<Bundle> bundle = Read(text);
  const Error error = bundle ? Import(world.context, *bundle, Options()).error() : bundle.error();
  EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message(), HasSubstr(GetParam().sentence));
  EXPECT_THAT(AllOf<store::Organisation>(world.store), SizeIs(0));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongDumpTest,
    ::testing::Values(WrongDump{"{\"model\": \"organisations.organisation\"", "{\"modle\": \"x\"",
                                "[0].model is missing"},
                      WrongDump{"\"name\": \"Shop\"", "\"name\": 5",
                                "projects.project p1: [2].fields.name must be a text"},
                      WrongDump{"\"created_date\": \"2024-01-01T00:00:00.5Z\"",
                                "\"created_date\": \"May\"", "created_date must be a time"},
                      WrongDump{"\"integer_value\": 20", "\"integer_value\": \"20\"",
                                "integer_value must be an integer"},
                      WrongDump{"\"type\": \"ANY\"", "\"type\": \"MOST\"",
                                "type \"MOST\" is not known"},
                      WrongDump{"ser.secret", "secret", "key must be \"ser.\""},
                      WrongDump{"\"percentage_allocation\": 25.0", "\"percentage_allocation\": 101",
                                "percentage_allocation is not between"}));

}  // namespace
}  // namespace flagstream::service
