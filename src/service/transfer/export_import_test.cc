// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "service/first_start.h"
#include "service/transfer/transfer_test_world.h"

namespace flagstream::service {
namespace {

// Goal: an export brought into another store is the same data, whatever is there already; and
// nothing is there after a failure.

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExportImportTest, ComesBackByteEqual) {
  FullWorld world;
  for (const bool with_secrets : {false, true}) {
    const ExportOptions options = {.with_secrets = with_secrets};
    const std::string before = ExportOf(world.store, options);
    EmptyWorld other;
    Must(Import(other.context, Must(BundleOf(before)), OwnExport()));
    EXPECT_EQ(ExportOf(other.store, options), before);
    EXPECT_EQ(DocumentOf(other.store, "dev-key"), DocumentOf(world.store, "dev-key"));
    EXPECT_EQ(DocumentOf(other.store, "prod-key"), DocumentOf(world.store, "prod-key"));
  }
}

TEST(ExportImportTest, HasNoSecretsUnlessAsked) {
  FullWorld world;
  const std::string plain = ExportOf(world.store);
  EXPECT_THAT(plain, Not(HasSubstr("password_hash")));
  EXPECT_THAT(plain, Not(HasSubstr("key_hash")));
  const std::string secret = ExportOf(world.store, {.with_secrets = true});
  EXPECT_THAT(secret, HasSubstr("password_hash"));
  EXPECT_THAT(secret, HasSubstr("key_hash"));
}

TEST(ExportImportTest, OneOrganisationHasNothingOfOthers) {
  FullWorld world;
  const std::string text = ExportOf(world.store, {.organisation = world.organisation.value});
  EXPECT_THAT(text, HasSubstr("banner"));
  EXPECT_THAT(text, HasSubstr("mel@example.org"));
  EXPECT_THAT(text, Not(HasSubstr("Elsewhere")));
  EXPECT_THAT(text, Not(HasSubstr("sam@example.org")));
  EmptyWorld other;
  Must(Import(other.context, Must(BundleOf(text)), OwnExport()));
  EXPECT_EQ(DocumentOf(other.store, "dev-key"), DocumentOf(world.store, "dev-key"));
  EXPECT_EQ(AllOf<store::Organisation>(other.store).size(), 1);
  const Result<void> unknown = world.store.Read([](store::Reader& reader) {
    return Export(reader, {.organisation = 999}, [](std::string_view) { return Result<void>(); });
  });
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kNotFound);
}

TEST(ExportImportTest, EachEnvironmentIsStampedOnce) {
  FullWorld world;
  EmptyWorld other;
  Must(Import(other.context, Must(BundleOf(ExportOf(world.store))), OwnExport()));
  for (const auto& environment : AllOf<store::Environment>(other.store)) {
    EXPECT_GT(environment.stamp, 0);
    EXPECT_EQ(environment.previous_stamp, 0);
    EXPECT_EQ(environment.revision, 1);
  }
  EXPECT_EQ(other.bus.published.size(), AllOf<store::Environment>(other.store).size());
}

// The same data beside other data of the same ids and keys.
TEST(ExportImportTest, TakenIdsAndKeysAreReplaced) {
  FullWorld world;
  FullWorld target;
  const std::string before = DocumentOf(target.store, "dev-key");
  const std::string text = ExportOf(world.store, {.organisation = world.organisation.value});
  const ImportReport report = Must(Import(target.context, Must(BundleOf(text)), OwnExport()));
  const auto environments = AllOf<store::Environment>(
      target.store, store::Select<store::Environment>().Where(&store::Environment::name, "Dev"));
  ASSERT_EQ(environments.size(), 2);
  EXPECT_NE(environments[1].api_key, "dev-key");
  EXPECT_THAT(report.ToText(), HasSubstr("dev-key is taken"));
  EXPECT_THAT(report.ToText(), HasSubstr("percentage split hashes the id"));
  EXPECT_THAT(report.ToText(), HasSubstr("another environment has this server key"));
  // Variants are chosen by what they were chosen by.
  const auto states = AllOf<store::FeatureState>(
      target.store, store::Select<store::FeatureState>().Where(&store::FeatureState::environment_id,
                                                               environments[1].id));
  const auto overridden = std::ranges::find_if(
      states, [](const auto& state) { return state.feature_segment_id.has_value(); });
  ASSERT_NE(overridden, states.end());
  EXPECT_EQ(overridden->hash_seed, 41);
  EXPECT_THAT(states,
              Contains(::testing::Field(&store::FeatureState::hash_seed, world.banner_state)));
  // What was there is as it was.
  EXPECT_EQ(DocumentOf(target.store, "dev-key"), before);
}

// One who runs another installation does not thereby run this one.
TEST(ExportImportTest, ASuperuserOfElsewhereIsNoneHere) {
  FullWorld world;
  const auto boss = world.AddUser("boss@example.org", /*superuser=*/true);
  world.AddMember(boss, "USER");
  const Bundle bundle =
      Must(BundleOf(ExportOf(world.store, {.organisation = world.organisation.value})));
  const auto find_boss = [](store::Store& store) {
    return AllOf(store, store::Select<store::User>().Where(&store::User::email,
                                                           std::string("boss@example.org")))
        .at(0);
  };
  EmptyWorld empty;
  Must(Import(empty.context, bundle, OwnExport()));
  EXPECT_TRUE(find_boss(empty.store).is_superuser);
  FullWorld target;
  Must(Import(target.context, bundle, OwnExport()));
  EXPECT_FALSE(find_boss(target.store).is_superuser);
}

TEST(ExportImportTest, TheSameOrganisationTwiceIsRefused) {
  FullWorld world;
  const std::string before = world.Fingerprint();
  const auto result = Import(world.context, Must(BundleOf(ExportOf(world.store))), OwnExport());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(world.Fingerprint(), before);
}

TEST(ExportImportTest, ADryRunSaysTheSameAndChangesNothing) {
  FullWorld world;
  const Bundle bundle = Must(BundleOf(ExportOf(world.store)));
  EmptyWorld other;
  const std::string empty = ExportOf(other.store);
  ImportOptions dry = OwnExport();
  dry.dry_run = true;
  const std::string said = Must(Import(other.context, bundle, dry)).ToText();
  EXPECT_EQ(ExportOf(other.store), empty);
  EXPECT_TRUE(other.bus.published.empty());
  EXPECT_EQ(Must(Import(other.context, bundle, OwnExport())).ToText(), said);
  EXPECT_THAT(said, HasSubstr("feature: 2: banner, limit"));
}

TEST(ExportImportTest, NothingIsThereAfterAnyFailingCall) {
  FullWorld world;
  const Bundle bundle = Must(BundleOf(ExportOf(world.store)));
  EmptyWorld counted;
  Must(Import(counted.context, bundle, OwnExport()));
  const int64_t calls = counted.store.calls();
  ASSERT_GT(calls, 50);
  EmptyWorld other;
  const std::string empty = ExportOf(other.store);
  for (int64_t before = 0; before < calls; ++before) {
    other.store.FailCall(before, Error::Unavailable("the disk is gone"));
    const auto result = Import(other.context, bundle, OwnExport());
    ASSERT_FALSE(result.ok()) << before;
    ASSERT_EQ(ExportOf(other.store), empty) << before;
  }
  other.store.FailCommit(Error::Unavailable("the disk is gone"));
  EXPECT_FALSE(Import(other.context, bundle, OwnExport()).ok());
  EXPECT_EQ(ExportOf(other.store), empty);
  EXPECT_TRUE(other.bus.published.empty());
}

TEST(ExportImportTest, TheFirstAdministratorGetsWhatWasImported) {
  FullWorld world;
  const std::string text = ExportOf(world.store, {.organisation = world.organisation.value});
  Bundle with_users = Must(BundleOf(text));
  Bundle bundle;
  for (const store::Table* table : TransferTables()) {
    if (table->name == "user_account" || table->name == "membership" ||
        table->name == "feature_owner" || table->name == "user_permission")
      continue;
    for (const store::Row& row : with_users.RowsOf(*table)) bundle.AddRow(*table, row);
  }
  EmptyWorld other;
  EXPECT_THAT(Must(Import(other.context, bundle, OwnExport())).ToText(),
              HasSubstr("the first start"));
  Must(PrepareStore(other.context, {.password = "Correct-Horse-9"}));
  EXPECT_EQ(AllOf<store::Organisation>(other.store).size(), 1);
  const auto memberships = AllOf<store::Membership>(other.store);
  ASSERT_EQ(memberships.size(), 1);
  EXPECT_EQ(memberships[0].role, "ADMIN");
}

// Wrong files: each a change of a good one, and a part of the sentence about it.
struct WrongFile {
  std::string replace;
  std::string by;
  std::string sentence;
};

class WrongExportTest : public ::testing::TestWithParam<WrongFile> {};

TEST_P(WrongExportTest, IsRefusedWithItsPlace) {
  FullWorld world;
  std::string text = ExportOf(world.store);
  const size_t at = text.find(GetParam().replace);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, GetParam().replace.size(), GetParam().by);
  EmptyWorld other;
  const std::string empty = ExportOf(other.store);
  Result<Bundle> bundle = BundleOf(text);
  const Error error = bundle ? Import(other.context, *bundle, OwnExport()).error() : bundle.error();
  EXPECT_THAT(error.message(), HasSubstr(GetParam().sentence));
  EXPECT_EQ(ExportOf(other.store), empty);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongExportTest,
    ::testing::Values(
        WrongFile{"flagstream-export", "other", "line 1: format is not"},
        WrongFile{"\"version\":1", "\"version\":2", "line 1: version 2 is not known"},
        WrongFile{"{\"user_account\":", "{\"nonsense\":", "line 2: there is no table nonsense"},
        WrongFile{"{\"user_account\":", "[\"user_account\":", "line 2: JSON parse error"},
        WrongFile{"\"api_key\":\"dev-key\"", "\"api_key\":5",
                  "environment: api_key must be a text"},
        WrongFile{"\"api_key\":\"dev-key\",", "", "environment: api_key is missing"},
        WrongFile{"\"api_key\":\"dev-key\"", "\"api_key\":\"no key\"",
                  "environment 1 (Dev): api_key must be"},
        WrongFile{"\"label\":\"ui\"", "\"label\":\"ui\",\"shape\":1", "tag has no column shape"},
        WrongFile{"\"percentage_allocation\":12.5", "\"percentage_allocation\":120.0",
                  "percentage_allocation is not between 0 and 100"},
        WrongFile{"\"value_type\":\"int\",\"value\":\"7\"",
                  "\"value_type\":\"int\",\"value\":\"seven\"", "value is not of its type int"},
        WrongFile{"\"parent_id\":1", "\"parent_id\":2", "stands below itself"},
        WrongFile{"\"segment_id\":1", "\"segment_id\":77", "segment_id 77 is not in the file"},
        WrongFile{"\"role\":\"ADMIN\"", "\"role\":\"KING\"", "role is not known"},
        WrongFile{"{\"tag\":{\"id\":1", "{\"tag\":{\"id\":0", "id is not between 1"},
        WrongFile{"\"default_enabled\":1", "\"default_enabled\":2", "neither true"},
        WrongFile{"{\"rows\":", "{\"rows\":1", "the last line says"}));

TEST(ExportFileTest, ACutFileIsNoticed) {
  FullWorld world;
  const std::string text = ExportOf(world.store);
  const size_t last_line = text.rfind('\n', text.size() - 2);
  const auto bundle = BundleOf(text.substr(0, last_line + 1));
  ASSERT_FALSE(bundle.ok());
  EXPECT_THAT(bundle.error().message(), HasSubstr("cut off"));
}

TEST(ImportLimitsTest, ALargerProjectIsRefused) {
  FullWorld world;
  EmptyWorld other;
  other.context.limits.features_per_project_max = 1;
  const auto result = Import(other.context, Must(BundleOf(ExportOf(world.store))), OwnExport());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kTooLarge);
  EXPECT_THAT(result.error().message(), HasSubstr("Web"));
}

}  // namespace
}  // namespace flagstream::service
