// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "flags/evaluation.h"
#include "testing/sample_environment.h"
#include "wire/json.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: an identity is told its own flags and traits in a form that the strictest SDK can read.

using flagstream::testing::SampleEnvironment;
using namespace std::string_literals;

// What GET and POST identities/ answer in `environment`.
struct Answers {
  explicit Answers(flags::Environment environment)
      : snapshot(std::move(environment)), encoder(snapshot.environment()) {}

  flags::IdentityFlags Evaluate(std::string_view identifier) const {
    return flags::EvaluateTransient(snapshot, identifier, {});
  }
  std::string Identity(KeyKind kind, std::string_view identifier,
                       const std::vector<TraitOutput>& traits = {}) const {
    return encoder.EncodeIdentity(kind, identifier, Evaluate(identifier), traits);
  }

  flags::Snapshot snapshot;
  IdentityEncoder encoder;
};

constexpr std::string_view kBannerOfAlice =
    R"({"id":90,"feature":{"id":2,"name":"banner","created_date":"2026-04-01T09:00:00.000000Z",)"
    R"("description":"Above \"all\"","initial_value":"hello","default_enabled":true,)"
    R"("type":"STANDARD"},"feature_state_value":"vip","environment":3,"identity":77,)"
    R"("feature_segment":null,"enabled":false,"variant":null})";

TEST(IdentityAnswerTest, HasEveryMember) {
  flags::Environment environment = SampleEnvironment();
  environment.features.resize(1);
  environment.feature_states.resize(1);
  const Answers answers(std::move(environment));
  const std::vector<TraitOutput> traits = {
      {.id = 7, .trait = {"plan", "pro"s}},
      {.id = 0, .trait = {"age", int64_t{41}}, .transient = true},
      {.id = 8, .trait = {"score", 25.0}},
      {.id = 9, .trait = {"beta", false}}};
  EXPECT_EQ(answers.Identity(KeyKind::kClient, "alice", traits),
            R"({"identifier":"alice","traits":[)"
            R"({"id":7,"trait_key":"plan","trait_value":"pro","transient":false},)"
            R"({"id":null,"trait_key":"age","trait_value":41,"transient":true},)"
            R"({"id":8,"trait_key":"score","trait_value":25.0,"transient":false},)"
            R"({"id":9,"trait_key":"beta","trait_value":false,"transient":false}],"flags":[)" +
                std::string(kBannerOfAlice) + "]}");
}

TEST(IdentityAnswerTest, EchoesTheIdentifier) {
  const Answers answers{flags::Environment()};
  EXPECT_EQ(answers.Identity(KeyKind::kClient, "a \"+%/\xC3\xAB"),
            "{\"identifier\":\"a \\\"+%/\xC3\xAB\",\"traits\":[],\"flags\":[]}");
}

TEST(IdentityAnswerTest, OthersAreServedTheDefaults) {
  const Answers answers(SampleEnvironment());
  const Result<Json> json = ParseJson(answers.Identity(KeyKind::kClient, "bob"));
  const Json& banner = json->Find("flags")->AsArray()->front();
  EXPECT_EQ(*banner.Find("feature_state_value"), Json("blue"));
  EXPECT_EQ(*banner.Find("identity"), Json());
  EXPECT_EQ(*banner.Find("id"), Json(12));
}

std::string Names(const std::string& body) {
  std::string names;
  const Result<Json> json = ParseJson(body);
  for (const Json& flag : *json->Find("flags")->AsArray()) {
    if (!names.empty()) names += ' ';
    names += *flag.Find("feature")->Find("name")->AsString();
  }
  return names;
}

TEST(IdentityAnswerTest, HidingLooksAtTheWinningState) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_disabled_flags = true;
  const Answers answers(std::move(environment));
  // For alice the banner is off and the feature that is off for others is on.
  EXPECT_EQ(Names(answers.Identity(KeyKind::kClient, "alice")), "limit off");
  EXPECT_EQ(Names(answers.Identity(KeyKind::kServer, "alice")), "limit off secret");
  EXPECT_EQ(Names(answers.Identity(KeyKind::kClient, "bob")), "banner limit");
}

TEST(IdentityAnswerTest, SensitiveDataIsBlankInTheSameShape) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_sensitive_data = true;
  environment.features.resize(1);
  environment.feature_states.resize(1);
  const Answers answers(std::move(environment));
  EXPECT_EQ(answers.Identity(KeyKind::kClient, "alice", {{.id = 7, .trait = {"plan", "pro"s}}}),
            R"({"identifier":"alice","traits":[],"flags":[{"id":null,"feature":{"id":2,)"
            R"("name":"banner","created_date":null,"description":null,"initial_value":null,)"
            R"("default_enabled":null,"type":"STANDARD"},"feature_state_value":"vip",)"
            R"("environment":null,"identity":null,"feature_segment":null,"enabled":false,)"
            R"("variant":null}]})");
}

TEST(IdentityAnswerTest, NamesTheVariant) {
  flags::Environment environment = SampleEnvironment();
  flags::Feature& limit = environment.features[1];
  limit.type = flags::FeatureType::kMultivariate;
  limit.options = {{.id = {8}, .value = "ten"s, .key = "b \"x\""}, {.id = {9}, .value = "twenty"s}};
  const auto answer_with = [&](std::vector<flags::Variant> variants) {
    environment.feature_states[1].variants = std::move(variants);
    const Answers answers(environment);
    const Result<Json> json = ParseJson(answers.Identity(KeyKind::kClient, "bob"));
    return json->Find("flags")->AsArray()->at(1);
  };
  Json flag = answer_with({{.id = 1, .option = {8}, .weight = 100}});
  EXPECT_EQ(*flag.Find("feature_state_value"), Json("ten"));
  EXPECT_EQ(*flag.Find("variant"), Json("b \"x\""));
  flag = answer_with({{.id = 1, .option = {9}, .weight = 100}});
  EXPECT_EQ(*flag.Find("feature_state_value"), Json("twenty"));
  EXPECT_EQ(*flag.Find("variant"), Json()) << "an option without a key";
  flag = answer_with({{.id = 1, .option = {9}, .weight = 0}});
  EXPECT_EQ(*flag.Find("feature_state_value"), Json(5));
  EXPECT_EQ(*flag.Find("variant"), Json("control"));
}

TEST(IdentityAnswerTest, OneFlag) {
  const Answers answers(SampleEnvironment());
  const flags::IdentityFlags alice = answers.Evaluate("alice");
  EXPECT_EQ(answers.encoder.EncodeIdentityFlag(KeyKind::kClient, alice, "banner"), kBannerOfAlice);
  EXPECT_EQ(answers.encoder.EncodeIdentityFlag(KeyKind::kClient, alice, "nope"), std::nullopt);
  EXPECT_EQ(answers.encoder.EncodeIdentityFlag(KeyKind::kClient, alice, "secret"), std::nullopt);
}

TEST(IdentityAnswerTest, OldForms) {
  flags::Environment environment = SampleEnvironment();
  environment.features.resize(1);
  environment.feature_states.resize(1);
  const Answers answers(std::move(environment));
  const flags::IdentityFlags alice = answers.Evaluate("alice");
  const std::string flags = "[" + std::string(kBannerOfAlice) + "]";
  EXPECT_EQ(answers.encoder.EncodeIdentityFlags(KeyKind::kClient, alice), flags);
  const std::vector<TraitOutput> traits = {{.id = 7, .trait = {"plan", "pro"s}}};
  const flags::Segment beta = {.id = {5}, .name = "be\"ta"};
  const flags::Segment pro = {.id = {6}, .name = "pro"};
  EXPECT_EQ(
      answers.encoder.EncodeIdentityWithSegments(KeyKind::kClient, alice, traits, {&beta, &pro}),
      R"({"flags":)" + flags +
          R"(,"traits":[{"id":7,"trait_key":"plan","trait_value":"pro","transient":false}],)"
          R"("segments":[{"id":5,"name":"be\"ta"},{"id":6,"name":"pro"}]})");
}

TEST(IdentityAnswerTest, OldFormsHideWhatIsSensitive) {
  flags::Environment environment = SampleEnvironment();
  environment.hide_sensitive_data = true;
  const Answers answers(std::move(environment));
  const flags::Segment beta = {.id = {5}, .name = "beta"};
  const std::string answer = answers.encoder.EncodeIdentityWithSegments(
      KeyKind::kClient, answers.Evaluate("alice"), {{.id = 7, .trait = {"plan", "pro"s}}}, {&beta});
  EXPECT_TRUE(answer.ends_with(R"("traits":[],"segments":[]})")) << answer;
}

}  // namespace
}  // namespace flagstream::wire
