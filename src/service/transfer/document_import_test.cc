// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "service/transfer/document_bundle.h"
#include "service/transfer/transfer_test_world.h"
#include "wire/document_reader.h"

namespace flagstream::service {
namespace {

// Goal: an environment document brought into a new or an old place is served as it was, with the
// variants that identities had.

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A segment override and an identity override; states 12, 41 and 90, a split and variants.
constexpr const char* kDocument = R"({
  "id": 3, "api_key": "their-key", "name": "Production",
  "updated_at": "2026-05-01T09:30:00.123456+00:00", "hide_disabled_flags": true,
  "project": {
    "id": 8, "name": "Shop", "hide_disabled_flags": false, "server_key_only_feature_ids": [7],
    "organisation": {"id": 9, "name": "Acme", "feature_analytics": false,
                     "stop_serving_flags": false, "persist_trait_data": true},
    "segments": [
      {"id": 55, "name": "beta", "rules": [{"type": "ALL", "rules": [
           {"type": "ANY", "conditions": [
             {"operator": "PERCENTAGE_SPLIT", "property_": null, "value": "20"}]}]}],
       "feature_states": [
         {"feature": {"id": 7, "name": "Banner", "type": "MULTIVARIATE"}, "enabled": true,
          "django_id": 41, "feature_segment": {"priority": 4}, "featurestate_uuid": "u41",
          "feature_state_value": "hi", "multivariate_feature_state_values": [
            {"id": 32, "mv_fs_value_uuid": "m32", "percentage_allocation": 5.0,
             "multivariate_feature_option": {"id": 8, "value": "red", "key": "r"}}]}]}]},
  "feature_states": [
    {"feature": {"id": 7, "name": "Banner", "type": "MULTIVARIATE"}, "enabled": true,
     "django_id": 12, "featurestate_uuid": "u12", "feature_state_value": "blue",
     "multivariate_feature_state_values": [
       {"id": 31, "mv_fs_value_uuid": "m31", "percentage_allocation": 25.0,
        "multivariate_feature_option": {"id": 8, "value": "red", "key": "r"}}]}],
  "identity_overrides": [
    {"identifier": "alice", "identity_uuid": "i1", "created_date": "2026-04-01T00:00:00+00:00",
     "identity_features": [
       {"feature": {"id": 7, "name": "Banner", "type": "MULTIVARIATE"}, "enabled": false,
        "django_id": 90, "featurestate_uuid": "u90", "feature_state_value": "hers"}]}]})";

Bundle BundleOfDocument(const std::string& text) {
  const wire::Json json = Must(wire::ParseJson(text));
  return ToBundle(Must(wire::ParseEnvironmentDocument(json)), 1'000'000);
}

ImportOptions Into() { return {.source = "document.json"}; }

TEST(DocumentImportTest, AnEmptyStoreKeepsEveryId) {
  EmptyWorld world;
  Must(Import(world.context, BundleOfDocument(kDocument), Into()));
  const auto environments = AllOf<store::Environment>(world.store);
  ASSERT_EQ(environments.size(), 1);
  EXPECT_EQ(environments[0].id, 3);
  EXPECT_EQ(environments[0].api_key, "their-key");
  EXPECT_EQ(environments[0].hide_disabled_flags, true);
  EXPECT_EQ(environments[0].revision, 1);
  const auto segments = AllOf<store::Segment>(world.store);
  ASSERT_EQ(segments.size(), 1);
  EXPECT_EQ(segments[0].id, 55);
  EXPECT_THAT(
      AllOf<store::FeatureState>(world.store),
      UnorderedElementsAre(Field(&store::FeatureState::id, 12), Field(&store::FeatureState::id, 41),
                           Field(&store::FeatureState::id, 90)));
  const auto features = AllOf<store::Feature>(world.store);
  ASSERT_EQ(features.size(), 1);
  EXPECT_TRUE(features[0].is_server_key_only);
  EXPECT_EQ(features[0].initial_value, "blue");
  EXPECT_EQ(AllOf<store::FeatureSegment>(world.store).at(0).priority, 0);
  EXPECT_EQ(AllOf<store::AuditLog>(world.store).at(0).log, "Imported from document.json: Shop");
}

// What was served by one store is served by the other.
TEST(DocumentImportTest, OurOwnDocumentIsServedAgain) {
  FullWorld world;
  const std::string document = DocumentOf(world.store, "dev-key");
  EmptyWorld other;
  Must(Import(other.context, BundleOfDocument(document), Into()));
  const wire::Json before = Must(wire::ParseJson(document));
  const wire::Json after = Must(wire::ParseJson(DocumentOf(other.store, "dev-key")));
  EXPECT_EQ(after.Dump(), before.Dump());
}

TEST(DocumentImportTest, IntoAnExistingProject) {
  FullWorld world;
  const std::string dev = DocumentOf(world.store, "dev-key");
  ImportOptions options = Into();
  options.project = world.project.value;
  const ImportReport report = Must(Import(world.context, BundleOfDocument(kDocument), options));
  EXPECT_THAT(report.ToText(), HasSubstr("feature: 0 and 1 that were there"));
  EXPECT_THAT(report.ToText(), HasSubstr("limit has its initial value in the environment"));
  // "Banner" is "banner", and its option "red" is there.
  EXPECT_EQ(AllOf<store::Feature>(world.store).size(), 2);
  EXPECT_EQ(AllOf<store::MultivariateOption>(world.store).size(), 1);
  const auto environments = AllOf<store::Environment>(
      world.store,
      store::Select<store::Environment>().Where(&store::Environment::api_key, "their-key"));
  ASSERT_EQ(environments.size(), 1);
  EXPECT_EQ(environments[0].project_id, world.project.value);
  const auto states = AllOf<store::FeatureState>(
      world.store, store::Select<store::FeatureState>().Where(&store::FeatureState::environment_id,
                                                              environments[0].id));
  EXPECT_EQ(states.size(), 4);
  EXPECT_THAT(states, Contains(Field(&store::FeatureState::hash_seed, 12)));
  EXPECT_THAT(states, Contains(Field(&store::FeatureState::hash_seed, 41)));
}

TEST(DocumentImportTest, IntoAnExistingEnvironmentItReplacesTheFlags) {
  FullWorld world;
  ImportOptions options = Into();
  options.environment_key = "dev-key";
  const Bundle bundle = BundleOfDocument(kDocument);
  Must(Import(world.context, bundle, options));
  const auto of_dev = store::Select<store::FeatureState>()
                          .Where(&store::FeatureState::environment_id, world.dev.id)
                          .Where(&store::FeatureState::feature_id, world.banner.id);
  const auto states = AllOf<store::FeatureState>(world.store, of_dev);
  ASSERT_EQ(states.size(), 3);
  EXPECT_THAT(states, Contains(Field(&store::FeatureState::value, "blue")));
  // Her other override and the other feature are as they were.
  EXPECT_EQ(AllOf<store::FeatureState>(
                world.store, store::Select<store::FeatureState>()
                                 .Where(&store::FeatureState::environment_id, world.dev.id)
                                 .Where(&store::FeatureState::feature_id, world.limit.id))
                .size(),
            2);
  EXPECT_EQ(AllOf<store::Identity>(world.store).size(), 1);
  // A second time finds everything.
  const size_t segments = AllOf<store::Segment>(world.store).size();
  Must(Import(world.context, bundle, options));
  EXPECT_EQ(AllOf<store::FeatureState>(world.store, of_dev).size(), 3);
  EXPECT_EQ(AllOf<store::Segment>(world.store).size(), segments);
}

TEST(DocumentImportTest, PlacesThatAreNotThereAreNamed) {
  FullWorld world;
  const std::string before = world.Fingerprint();
  ImportOptions options[3] = {Into(), Into(), Into()};
  options[0].organisation = 999;
  options[1].project = 998;
  options[2].environment_key = "nowhere";
  const char* named[3] = {"organisation 999", "project 998", "nowhere"};
  for (int i = 0; i < 3; ++i) {
    const auto result = Import(world.context, BundleOfDocument(kDocument), options[i]);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(result.error().message(), HasSubstr(named[i]));
  }
  EXPECT_EQ(world.Fingerprint(), before);
}

TEST(DocumentImportTest, NamesThatAreTakenAreRefusedWithTheWayOut) {
  FullWorld world;
  std::string text = kDocument;
  text.replace(text.find("Production"), 10, "Dev");
  ImportOptions options = Into();
  options.project = world.project.value;
  auto result = Import(world.context, BundleOfDocument(text), options);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message(), HasSubstr("--environment dev-key"));
  options = Into();
  options.organisation = world.organisation.value;
  text.replace(text.find("Shop"), 4, "Web");
  result = Import(world.context, BundleOfDocument(text), options);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message(), HasSubstr("--project"));
}

TEST(DocumentImportTest, NewKeysWhenAsked) {
  EmptyWorld world;
  ImportOptions options = Into();
  options.new_keys = true;
  const ImportReport report = Must(Import(world.context, BundleOfDocument(kDocument), options));
  EXPECT_NE(AllOf<store::Environment>(world.store).at(0).api_key, "their-key");
  EXPECT_THAT(report.ToText(), HasSubstr("as asked for"));
}

TEST(DocumentImportTest, TheNamedUserAdministersWhatComesIn) {
  FullWorld world;
  ImportOptions options = Into();
  options.admin_email = "mel@example.org";
  Must(Import(world.context, BundleOfDocument(kDocument), options));
  EXPECT_EQ(AllOf<store::Membership>(world.store).back().user_id, world.member.user.value);
  options.admin_email = "nobody@example.org";
  EXPECT_FALSE(Import(world.context, BundleOfDocument(kDocument), options).ok());
}

}  // namespace
}  // namespace flagstream::service
