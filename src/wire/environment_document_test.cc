// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "testing/sample_environment.h"
#include "wire/json.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: the document that every SDK's local evaluation accepts.

using flagstream::testing::SampleEnvironment;
using namespace std::string_literals;

Json Document(const flags::Environment& environment) {
  Result<Json> json = ParseJson(EncodeEnvironmentDocument(environment));
  EXPECT_TRUE(json.ok());
  return json ? *std::move(json) : Json();
}

TEST(EnvironmentDocumentTest, HasEveryMember) {
  flags::Environment environment = SampleEnvironment();
  environment.features.erase(environment.features.begin() + 1, environment.features.end() - 1);
  environment.feature_states.erase(environment.feature_states.begin() + 1,
                                   environment.feature_states.end() - 1);
  EXPECT_EQ(
      EncodeEnvironmentDocument(environment),
      R"({"id":3,"api_key":"client-key","name":"Production",)"
      R"("updated_at":"2026-05-01T09:30:00.765625+00:00","allow_client_traits":true,)"
      R"("hide_sensitive_data":false,"hide_disabled_flags":null,)"
      R"("use_identity_composite_key_for_hashing":true,"use_identity_overrides_in_local_eval":true,)"
      R"("project":{"id":1,"name":"Shop","organisation":{"id":1,"name":"Acme",)"
      R"("feature_analytics":false,"stop_serving_flags":false,"persist_trait_data":true},)"
      R"("hide_disabled_flags":false,"segments":[],"enable_realtime_updates":true,)"
      R"("server_key_only_feature_ids":[9]},"feature_states":[)"
      R"({"feature":{"id":2,"name":"banner","type":"STANDARD"},"enabled":true,"django_id":12,)"
      R"("feature_segment":null,"featurestate_uuid":"uuid-12","feature_state_value":"blue",)"
      R"("multivariate_feature_state_values":[]},)"
      R"({"feature":{"id":9,"name":"secret","type":"STANDARD"},"enabled":true,"django_id":19,)"
      R"("feature_segment":null,"featurestate_uuid":"uuid-19","feature_state_value":true,)"
      R"("multivariate_feature_state_values":[]}],"identity_overrides":[)"
      R"({"identifier":"alice","identity_uuid":"uuid-alice","django_id":null,)"
      R"("environment_api_key":"client-key","composite_key":"client-key_alice",)"
      R"("created_date":"2026-04-01T09:00:00.000000+00:00","dashboard_alias":null,)"
      R"("identity_traits":[],"identity_features":[)"
      R"({"feature":{"id":2,"name":"banner","type":"STANDARD"},"enabled":false,"django_id":90,)"
      R"("feature_segment":null,"featurestate_uuid":"uuid-90","feature_state_value":"vip",)"
      R"("multivariate_feature_state_values":[]}]}]})");
}

TEST(EnvironmentDocumentTest, ArraysOfAnEmptyEnvironmentAreEmpty) {
  const Json document = Document(flags::Environment());
  EXPECT_EQ(*document.Find("feature_states"), Json(Json::Array()));
  EXPECT_EQ(*document.Find("identity_overrides"), Json(Json::Array()));
  EXPECT_EQ(*document.Find("project")->Find("segments"), Json(Json::Array()));
  EXPECT_EQ(*document.Find("project")->Find("server_key_only_feature_ids"), Json(Json::Array()));
}

TEST(EnvironmentDocumentTest, SettingsAreAsTheyAre) {
  flags::Environment environment;
  environment.hide_disabled_flags = false;
  environment.hide_sensitive_data = true;
  environment.allow_client_traits = false;
  environment.project.hide_disabled_flags = true;
  environment.project.enable_realtime_updates = false;
  environment.organisation.stop_serving_flags = true;
  const Json document = Document(environment);
  EXPECT_EQ(*document.Find("hide_disabled_flags"), Json(false));
  EXPECT_EQ(*document.Find("hide_sensitive_data"), Json(true));
  EXPECT_EQ(*document.Find("allow_client_traits"), Json(false));
  EXPECT_EQ(*document.Find("project")->Find("hide_disabled_flags"), Json(true));
  EXPECT_EQ(*document.Find("project")->Find("enable_realtime_updates"), Json(false));
  EXPECT_EQ(*document.Find("project")->Find("organisation")->Find("stop_serving_flags"),
            Json(true));
}

// Local evaluation hides nothing itself: neither disabled flags nor sensitive data are left out.
TEST(EnvironmentDocumentTest, HidesNothing) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_disabled_flags = true;
  environment.hide_sensitive_data = true;
  const Json document = Document(environment);
  EXPECT_EQ(document.Find("feature_states")->AsArray()->size(), 4u);
  EXPECT_EQ(*document.Find("feature_states")->AsArray()->front().Find("django_id"), Json(12));
}

TEST(EnvironmentDocumentTest, OverridesOnlyWhereLocalEvaluationUsesThem) {
  flags::Environment environment = SampleEnvironment();
  environment.use_identity_overrides_in_local_eval = false;
  EXPECT_EQ(*Document(environment).Find("identity_overrides"), Json(Json::Array()));
}

TEST(EnvironmentDocumentTest, OverridesOfFeaturesThatAreGoneAreLeftOut) {
  flags::Environment environment = SampleEnvironment();
  environment.identity_overrides.push_back(
      {.identity = {78}, .identifier = "bob", .feature_states = {{.id = {95}, .feature = {99}}}});
  environment.identity_overrides[0].feature_states.push_back({.id = {96}, .feature = {99}});
  const Json document = Document(environment);
  const Json::Array& overrides = *document.Find("identity_overrides")->AsArray();
  ASSERT_EQ(overrides.size(), 1u);
  EXPECT_EQ(overrides[0].Find("identity_features")->AsArray()->size(), 2u);
}

// "limit" (feature 4) with two options, and one segment that overrides "banner" (2).
flags::Environment SegmentedEnvironment() {
  flags::Environment environment = SampleEnvironment();
  flags::Feature& limit = environment.features[1];
  limit.type = flags::FeatureType::kMultivariate;
  limit.options = {{.id = {8}, .value = int64_t{10}, .key = "ten"}, {.id = {9}, .value = "20"s}};
  environment.feature_states[1].variants = {
      {.id = 31, .uuid = "uuid-31", .option = {8}, .weight = 25},
      {.id = 32, .uuid = "uuid-32", .option = {9}, .weight = 12.5}};
  flags::Segment beta{.id = {5}, .name = "beta"};
  beta.rules = {{.type = flags::RuleType::kAll,
                 .rules = {{.type = flags::RuleType::kAny,
                            .conditions = {{"EQUAL", "plan", "pro"}, {"IS_SET", "", {}}}}}}};
  flags::FeatureState state{.id = {52}, .uuid = "uuid-52", .feature = {2}, .value = "hi"s};
  state.hash_seed = 41;
  beta.overrides = {{.id = {6}, .priority = 3, .state = std::move(state)}};
  environment.segments = {std::move(beta)};
  return environment;
}

TEST(EnvironmentDocumentTest, SegmentsHaveTheirRulesAndOverrides) {
  const Json document = Document(SegmentedEnvironment());
  EXPECT_EQ(
      document.Find("project")->Find("segments")->Dump(),
      R"([{"id":5,"name":"beta","rules":[{"type":"ALL","conditions":[],"rules":[{"type":"ANY",)"
      R"("conditions":[{"operator":"EQUAL","property_":"plan","value":"pro"},)"
      R"({"operator":"IS_SET","property_":"","value":null}],"rules":[]}]}],"feature_states":[)"
      R"({"feature":{"id":2,"name":"banner","type":"STANDARD"},"enabled":false,"django_id":41,)"
      R"("feature_segment":{"priority":3},"featurestate_uuid":"uuid-52",)"
      R"("feature_state_value":"hi","multivariate_feature_state_values":[]}]}])");
}

TEST(EnvironmentDocumentTest, ASegmentForOneFeatureIsThereOnlyWithAnOverride) {
  flags::Environment environment = SegmentedEnvironment();
  environment.segments[0].feature = FeatureId{2};
  environment.segments.push_back({.id = {6}, .name = "unused", .feature = FeatureId{2}});
  environment.segments.push_back({.id = {7}, .name = "general"});
  const Json document = Document(environment);
  const Json::Array& segments = *document.Find("project")->Find("segments")->AsArray();
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(*segments[0].Find("name"), Json("beta"));
  EXPECT_EQ(*segments[1].Find("name"), Json("general"));
}

TEST(EnvironmentDocumentTest, VariantsOfAState) {
  const Json document = Document(SegmentedEnvironment());
  const Json& limit = document.Find("feature_states")->AsArray()->at(1);
  EXPECT_EQ(*limit.Find("feature_state_value"), Json(5)) << "the control value";
  EXPECT_EQ(limit.Find("multivariate_feature_state_values")->Dump(),
            R"([{"id":31,"mv_fs_value_uuid":"uuid-31","percentage_allocation":25.0,)"
            R"("multivariate_feature_option":{"id":8,"value":10,"key":"ten"}},)"
            R"({"id":32,"mv_fs_value_uuid":"uuid-32","percentage_allocation":12.5,)"
            R"("multivariate_feature_option":{"id":9,"value":"20","key":null}}])");
}

// Goal: SDKs that ignore variants of identity overrides agree with those that do not.
TEST(EnvironmentDocumentTest, AnIdentityOverrideSaysWhatItsVariantsGive) {
  flags::Environment environment = SegmentedEnvironment();
  environment.identity_overrides[0].feature_states = {
      {.id = {92},
       .uuid = "uuid-92",
       .feature = {4},
       .value = int64_t{1},
       .hash_seed = 92,
       .variants = {{.id = 40, .uuid = "uuid-40", .option = {9}, .weight = 100}}}};
  const Json document = Document(environment);
  const Json& state = document.Find("identity_overrides")
                          ->AsArray()
                          ->at(0)
                          .Find("identity_features")
                          ->AsArray()
                          ->at(0);
  EXPECT_EQ(*state.Find("feature_state_value"), Json("20"));
  EXPECT_EQ(*state.Find("multivariate_feature_state_values"), Json(Json::Array()));
}

TEST(EnvironmentDocumentTest, EqualStateGivesEqualBytes) {
  EXPECT_EQ(EncodeEnvironmentDocument(SampleEnvironment()),
            EncodeEnvironmentDocument(SampleEnvironment()));
}

}  // namespace
}  // namespace flagstream::wire
