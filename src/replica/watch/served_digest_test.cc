// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/served_digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "flags/snapshot.h"
#include "testing/sample_environment.h"

namespace flagstream::replica {
namespace {

// Goal: digests differ exactly when what a client is shown of its flags does.

using Alter = std::function<void(flags::Environment&)>;
using wire::KeyKind;

Sha256Digest DigestOf(const Alter& alter, KeyKind kind = KeyKind::kClient,
                      std::string_view identifier = "bob") {
  flags::Environment environment = testing::EnvironmentOfFeatures(3);
  alter(environment);
  const flags::Snapshot snapshot(std::move(environment));
  return ServedDigest(snapshot.environment(), kind,
                      flags::EvaluateTransient(snapshot, identifier, {}));
}

const Alter kNothing = [](flags::Environment&) {};

Alter SetValue(flags::FlagValue value) {
  return [value](flags::Environment& environment) { environment.feature_states[1].value = value; };
}

TEST(ServedDigestTest, DiffersWithNameSwitchAndValue) {
  const Alter alterations[] = {
      kNothing,
      [](flags::Environment& environment) { environment.features[1].name = "renamed"; },
      [](flags::Environment& environment) {
        environment.feature_states[1].enabled = !environment.feature_states[1].enabled;
      },
      [](flags::Environment& environment) {
        environment.features.pop_back();
        environment.feature_states.pop_back();
      },
  };
  std::set<Sha256Digest> digests;
  for (const Alter& alter : alterations) digests.insert(DigestOf(alter));
  EXPECT_EQ(digests.size(), std::size(alterations));
}

// Goal: values of different types are different, however alike they look.
TEST(ServedDigestTest, TellsValuesOfAllTypesApart) {
  const flags::FlagValue values[] = {std::monostate(),
                                     false,
                                     true,
                                     int64_t{0},
                                     int64_t{1},
                                     int64_t{-1},
                                     std::string(),
                                     std::string("1"),
                                     std::string("true"),
                                     std::string("-1"),
                                     std::string("1:a")};
  std::set<Sha256Digest> digests;
  for (const flags::FlagValue& value : values) digests.insert(DigestOf(SetValue(value)));
  EXPECT_EQ(digests.size(), std::size(values));
}

// Goal: a variant that got another name is another answer, though its value is what it was.
TEST(ServedDigestTest, DiffersWithTheNameOfTheVariant) {
  const auto named = [](std::optional<std::string> key) {
    return [key](flags::Environment& environment) {
      environment.features[1].type = flags::FeatureType::kMultivariate;
      environment.features[1].options = {{.id = {5}, .value = std::string("red"), .key = key}};
      environment.feature_states[1].variants = {{.id = 9, .option = {5}, .weight = 100}};
    };
  };
  const Alter without_variants = SetValue(std::string("red"));
  std::set<Sha256Digest> digests;
  for (const Alter& alter :
       {without_variants, Alter(named("r")), Alter(named("")), Alter(named("rr"))}) {
    digests.insert(DigestOf(alter));
  }
  EXPECT_EQ(digests.size(), 4U);
  EXPECT_EQ(DigestOf(without_variants), DigestOf(named(std::nullopt)));
}

// Goal: text of one flag cannot pass for text of another.
TEST(ServedDigestTest, PartsDoNotRunIntoEachOther) {
  const auto with_values = [](const std::string& first, const std::string& second) {
    return DigestOf([&](flags::Environment& environment) {
      environment.feature_states[0].value = first;
      environment.feature_states[1].value = second;
    });
  };
  EXPECT_NE(with_values("a", "bc"), with_values("ab", "c"));
  EXPECT_NE(with_values("", "a"), with_values("a", ""));
}

TEST(ServedDigestTest, LeavesOutWhatNobodyIsServed) {
  const Sha256Digest before = DigestOf(kNothing);
  EXPECT_EQ(before, DigestOf([](flags::Environment& environment) {
              environment.stamp = environment.stamp.Next();
              ++environment.revision;
              environment.name = "renamed";
              environment.feature_states[0].id = {99};
              environment.feature_states[0].uuid = "other";
              environment.features[0].description = "other";
            }));
}

TEST(ServedDigestTest, AnOverrideThatChangesNothingIsNoDifference) {
  const auto with_override = [](flags::FlagValue value) {
    return [value](flags::Environment& environment) {
      flags::FeatureState state = environment.feature_states[0];
      state.id = {77};
      if (value.index() != 0) state.value = value;
      environment.identity_overrides.push_back(
          {.identity = {5}, .identifier = "bob", .feature_states = {state}});
    };
  };
  EXPECT_EQ(DigestOf(kNothing), DigestOf(with_override(std::monostate())));
  EXPECT_NE(DigestOf(kNothing), DigestOf(with_override(std::string("own"))));
  EXPECT_EQ(DigestOf(kNothing, KeyKind::kClient, "carol"),
            DigestOf(with_override(std::string("own")), KeyKind::kClient, "carol"));
}

TEST(ServedDigestTest, HiddenFlagsAreNotServed) {
  const auto secret = [](std::string value) {
    return [value](flags::Environment& environment) {
      environment.features[1].is_server_key_only = true;
      environment.feature_states[1].value = value;
    };
  };
  EXPECT_EQ(DigestOf(secret("a")), DigestOf(secret("b")));
  EXPECT_NE(DigestOf(secret("a"), KeyKind::kServer), DigestOf(secret("b"), KeyKind::kServer));

  const auto disabled = [](std::string value) {
    return [value](flags::Environment& environment) {
      environment.hide_disabled_flags = true;
      environment.feature_states[1].enabled = false;
      environment.feature_states[1].value = value;
    };
  };
  EXPECT_EQ(DigestOf(disabled("a")), DigestOf(disabled("b")));
}

// Goal: where the server does not know a client's traits it does not pretend to know its flags.
TEST(ServedDigestTest, WithoutStoredTraitsEachStampMakesADifference) {
  const auto stamped = [](bool persists, int ticks) {
    return DigestOf([&](flags::Environment& environment) {
      environment.organisation.persist_trait_data = persists;
      for (int i = 0; i < ticks; ++i) environment.stamp = environment.stamp.Next();
    });
  };
  EXPECT_EQ(stamped(true, 0), stamped(true, 1));
  EXPECT_EQ(stamped(false, 1), stamped(false, 1));
  EXPECT_NE(stamped(false, 0), stamped(false, 1));
}

}  // namespace
}  // namespace flagstream::replica
