// SPDX-License-Identifier: Apache-2.0
#include "wire/document_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: a document is read as it was meant, and one that is wrong is refused with the place.

using ::testing::HasSubstr;

// As the reference writes it: with numbers for identities and a state that has variants.
constexpr const char* kDocument = R"({
  "id": 3, "api_key": "Hq7uZr2mWkC4sXv9Tn3bYd", "name": "Production",
  "updated_at": "2026-05-01T09:30:00.123456+00:00",
  "allow_client_traits": true, "hide_sensitive_data": false, "hide_disabled_flags": null,
  "use_identity_composite_key_for_hashing": true, "use_identity_overrides_in_local_eval": true,
  "amplitude_config": null, "webhook_config": {"url": "x"},
  "project": {
    "id": 1, "name": "Shop", "hide_disabled_flags": false, "enable_realtime_updates": true,
    "server_key_only_feature_ids": [4],
    "organisation": {"id": 1, "name": "Acme", "feature_analytics": false,
                     "stop_serving_flags": false, "persist_trait_data": true},
    "segments": [
      {"id": 5, "name": "beta", "rules": [
         {"type": "ALL", "conditions": [], "rules": [
           {"type": "ANY", "rules": [], "conditions": [
             {"operator": "EQUAL", "property_": "plan", "value": "pro"},
             {"operator": "IS_SET", "property_": "age", "value": null}]}]}],
       "feature_states": [
         {"feature": {"id": 2, "name": "banner", "type": "STANDARD"}, "enabled": true,
          "django_id": 41, "feature_segment": {"priority": 3}, "featurestate_uuid": "u41",
          "feature_state_value": "hi", "multivariate_feature_state_values": []}]}]},
  "feature_states": [
    {"feature": {"id": 2, "name": "banner", "type": "STANDARD"}, "enabled": false, "django_id": 12,
     "feature_segment": null, "featurestate_uuid": "u12", "feature_state_value": null,
     "multivariate_feature_state_values": []},
    {"feature": {"id": 4, "name": "button", "type": "MULTIVARIATE"}, "enabled": true,
     "django_id": 14, "feature_segment": null, "featurestate_uuid": "u14",
     "feature_state_value": 1.5, "multivariate_feature_state_values": [
       {"id": 31, "mv_fs_value_uuid": "m31", "percentage_allocation": 25.0,
        "multivariate_feature_option": {"id": 8, "value": "red", "key": "red-arm"}}]}],
  "identity_overrides": [
    {"identifier": "alice", "environment_api_key": "Hq7uZr2mWkC4sXv9Tn3bYd",
     "created_date": "2026-04-01T00:00:00+00:00", "django_id": 77, "identity_uuid": "i77",
     "composite_key": "Hq7uZr2mWkC4sXv9Tn3bYd_alice", "dashboard_alias": null,
     "identity_traits": [{"trait_key": "a", "trait_value": 1}], "identity_features": [
       {"feature": {"id": 2, "name": "banner", "type": "STANDARD"}, "enabled": true,
        "django_id": 90, "feature_segment": null, "featurestate_uuid": "u90",
        "feature_state_value": true, "multivariate_feature_state_values": []}]}]})";

Result<ReadDocument> Read(const std::string& text) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(text));
  return ParseEnvironmentDocument(json);
}

TEST(DocumentReaderTest, ReadsWhatTheReferenceWrites) {
  const auto read = Read(kDocument);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const flags::Environment& environment = read->environment;
  EXPECT_EQ(environment.client_key, "Hq7uZr2mWkC4sXv9Tn3bYd");
  ASSERT_EQ(environment.features.size(), 2);
  EXPECT_FALSE(environment.features[0].is_server_key_only);
  EXPECT_TRUE(environment.features[1].is_server_key_only);
  ASSERT_EQ(environment.features[1].options.size(), 1);
  EXPECT_EQ(environment.features[1].options[0].key, "red-arm");
  ASSERT_EQ(environment.feature_states.size(), 2);
  EXPECT_EQ(environment.feature_states[0].hash_seed, 12);
  EXPECT_EQ(environment.feature_states[1].value, flags::FlagValue("1.5"));
  EXPECT_EQ(environment.feature_states[1].variants.at(0).weight, 25);
  ASSERT_EQ(environment.segments.size(), 1);
  const flags::SegmentRule& rule = environment.segments[0].rules.at(0).rules.at(0);
  EXPECT_EQ(rule.type, flags::RuleType::kAny);
  EXPECT_EQ(rule.conditions.at(0).property, "plan");
  EXPECT_EQ(rule.conditions.at(1).value, std::nullopt);
  EXPECT_EQ(environment.segments[0].overrides.at(0).priority, 3);
  EXPECT_EQ(environment.segments[0].overrides.at(0).state.hash_seed, 41);
  ASSERT_EQ(environment.identity_overrides.size(), 1);
  EXPECT_EQ(environment.identity_overrides[0].feature_states.at(0).value, flags::FlagValue(true));
  EXPECT_EQ(environment.identity_overrides[0].created_micros, 1'775'001'600'000'000);
}

TEST(DocumentReaderTest, SaysWhatItDidNotRead) {
  const auto read = Read(kDocument);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->left_out.size(), 2);
  EXPECT_EQ(read->left_out[0].first, "identity_overrides[0].identity_traits");
  EXPECT_EQ(read->left_out[1].first, "webhook_config");
}

struct Wrong {
  std::string replace;
  std::string by;
  std::string sentence;
};

class WrongDocumentTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongDocumentTest, IsRefusedWithItsPlace) {
  std::string text = kDocument;
  const size_t at = text.find(GetParam().replace);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().replace.size(), GetParam().by);
  const auto read = Read(text);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(read.error().message(), HasSubstr(GetParam().sentence));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongDocumentTest,
    ::testing::Values(
        Wrong{"\"api_key\"", "\"other\"", "api_key is missing"},
        Wrong{"\"id\": 3", "\"id\": \"3\"", "id must be an integer"},
        Wrong{"\"enabled\": false", "\"enabled\": 0",
              "feature_states[0].enabled must be true or false"},
        Wrong{"\"ANY\"", "\"MOST\"", "project.segments[0].rules[0].rules[0] has the type \"MOST\""},
        Wrong{"\"feature_state_value\": \"hi\"", "\"feature_state_value\": [1]",
              "project.segments[0].feature_states[0].feature_state_value must be a text"},
        Wrong{"\"percentage_allocation\": 25.0", "\"percentage_allocation\": \"25\"",
              "feature_states[1].multivariate_feature_state_values[0].percentage_allocation"},
        Wrong{"\"identifier\": \"alice\"", "\"identifier\": null",
              "identity_overrides[0].identifier must be a text"},
        Wrong{"\"project\": {", "\"projects\": {", "project is missing"}));

TEST(DocumentReaderTest, RulesHaveABoundedDepth) {
  std::string rules;
  for (int i = 0; i < 12; ++i) rules += R"({"type":"ALL","conditions":[],"rules":[)";
  for (int i = 0; i < 12; ++i) rules += "]}";
  std::string text = kDocument;
  const std::string before = "\"rules\": [\n";
  text.replace(text.find(before), before.size(), "\"rules\": [" + rules + ",");
  const auto read = Read(text);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("nested too deep"));
}

}  // namespace
}  // namespace flagstream::wire
