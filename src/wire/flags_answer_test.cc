// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "testing/sample_environment.h"
#include "wire/json.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: the flag list is what the strictest SDK can read, and shows a client key no more than it
// may see.

using flagstream::testing::SampleEnvironment;

constexpr std::string_view kBanner =
    R"({"id":12,"feature":{"id":2,"name":"banner","created_date":"2026-04-01T09:00:00.000000Z",)"
    R"("description":"Above \"all\"","initial_value":"hello","default_enabled":true,)"
    R"("type":"STANDARD"},"feature_state_value":"blue","environment":3,"identity":null,)"
    R"("feature_segment":null,"enabled":true})";

// The names of the flags in an answer, joined with a space.
std::string Names(const std::string& body) {
  std::string names;
  const Result<Json> json = ParseJson(body);
  for (const Json& flag : *json->AsArray()) {
    if (!names.empty()) names += ' ';
    names += *flag.Find("feature")->Find("name")->AsString();
  }
  return names;
}

TEST(FlagsAnswerTest, HasEveryMember) {
  flags::Environment environment = SampleEnvironment();
  environment.features.resize(1);
  environment.feature_states.resize(1);
  EXPECT_EQ(EncodeFlags(environment, KeyKind::kClient), "[" + std::string(kBanner) + "]");
}

TEST(FlagsAnswerTest, ValuesKeepTheirTypes) {
  const Result<Json> json = ParseJson(EncodeFlags(SampleEnvironment(), KeyKind::kServer));
  const Json::Array& flags = *json->AsArray();
  EXPECT_EQ(*flags[0].Find("feature_state_value"), Json("blue"));
  EXPECT_EQ(*flags[1].Find("feature_state_value"), Json(5));
  EXPECT_EQ(*flags[2].Find("feature_state_value"), Json());
  EXPECT_EQ(*flags[3].Find("feature_state_value"), Json(true));
}

TEST(FlagsAnswerTest, AnEmptyListIsAList) {
  EXPECT_EQ(EncodeFlags(flags::Environment(), KeyKind::kClient), "[]");
}

TEST(FlagsAnswerTest, ServerKeyOnlyFeaturesAreHiddenFromClientKeys) {
  EXPECT_EQ(Names(EncodeFlags(SampleEnvironment(), KeyKind::kClient)), "banner limit off");
  EXPECT_EQ(Names(EncodeFlags(SampleEnvironment(), KeyKind::kServer)), "banner limit off secret");
}

// The reference shows enabled server-key-only flags to client keys when both settings meet.
TEST(FlagsAnswerTest, HidingDisabledFlagsHidesNothingLess) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_disabled_flags = true;
  EXPECT_EQ(Names(EncodeFlags(environment, KeyKind::kClient)), "banner limit");
  EXPECT_EQ(Names(EncodeFlags(environment, KeyKind::kServer)), "banner limit secret");
}

TEST(FlagsAnswerTest, HidingDisabledFlagsIsTheProjectsUnlessSetHere) {
  flags::Environment environment = SampleEnvironment();
  environment.project.hide_disabled_flags = true;
  EXPECT_EQ(Names(EncodeFlags(environment, KeyKind::kClient)), "banner limit");
  environment.hide_disabled_flags = false;
  EXPECT_EQ(Names(EncodeFlags(environment, KeyKind::kClient)), "banner limit off");
}

TEST(FlagsAnswerTest, SensitiveDataIsBlankInTheSameShape) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_sensitive_data = true;
  environment.features.resize(1);
  environment.feature_states.resize(1);
  EXPECT_EQ(EncodeFlags(environment, KeyKind::kClient),
            R"([{"id":null,"feature":{"id":2,"name":"banner","created_date":null,)"
            R"("description":null,"initial_value":null,"default_enabled":null,)"
            R"("type":"STANDARD"},"feature_state_value":"blue","environment":null,)"
            R"("identity":null,"feature_segment":null,"enabled":true}])");
}

TEST(FlagAnswerTest, IsTheOneObject) {
  EXPECT_EQ(EncodeFlag(SampleEnvironment(), KeyKind::kClient, "banner"), kBanner);
}

TEST(FlagAnswerTest, NothingThatIsHidden) {
  flags::Environment environment = SampleEnvironment();
  EXPECT_EQ(EncodeFlag(environment, KeyKind::kClient, "nope"), std::nullopt);
  EXPECT_EQ(EncodeFlag(environment, KeyKind::kClient, "secret"), std::nullopt);
  EXPECT_NE(EncodeFlag(environment, KeyKind::kServer, "secret"), std::nullopt);
  EXPECT_NE(EncodeFlag(environment, KeyKind::kClient, "off"), std::nullopt);
  environment.hide_disabled_flags = true;
  EXPECT_EQ(EncodeFlag(environment, KeyKind::kClient, "off"), std::nullopt);
}

TEST(VariantsAnswerTest, HasTheControlAndTheOptions) {
  flags::Environment environment = SampleEnvironment();
  flags::Feature& feature = environment.features.front();
  EXPECT_EQ(EncodeVariants(environment, KeyKind::kClient, feature.id),
            R"({"control_value":"blue","options":[]})");
  feature.options = {{{1}, flags::FlagValue(std::string("red")), std::nullopt},
                     {{2}, flags::FlagValue(int64_t{5}), "five"}};
  EXPECT_EQ(EncodeVariants(environment, KeyKind::kClient, feature.id),
            R"({"control_value":"blue","options":[{"value":"red"},{"value":5}]})");
}

TEST(VariantsAnswerTest, NothingThatIsHidden) {
  flags::Environment environment = SampleEnvironment();
  EXPECT_EQ(EncodeVariants(environment, KeyKind::kClient, {99}), std::nullopt);
  flags::Feature& feature = environment.features.front();
  feature.is_server_key_only = true;
  EXPECT_EQ(EncodeVariants(environment, KeyKind::kClient, feature.id), std::nullopt);
  EXPECT_NE(EncodeVariants(environment, KeyKind::kServer, feature.id), std::nullopt);
}

}  // namespace
}  // namespace flagstream::wire
