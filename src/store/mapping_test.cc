// SPDX-License-Identifier: Apache-2.0
#include "store/mapping.h"

#include <gtest/gtest.h>

namespace flagstream::store {
namespace {

// Goal: a record and its row say the same, and a row that is not of the record is told, not guessed
// at.

TEST(MappingTest, ARowHasTheColumnsInTheirOrder) {
  const Table& table = TableOf<FeatureOwner>();
  ASSERT_EQ(table.columns.size(), 3U);
  EXPECT_EQ(table.columns[0].name, "id");
  EXPECT_EQ(table.columns[2].name, "user_id");
  EXPECT_EQ(ToRow(FeatureOwner{.id = 1, .feature_id = 2, .user_id = 3}),
            (Row{int64_t{1}, int64_t{2}, int64_t{3}}));
}

TEST(MappingTest, TypesAndKeysComeFromTheRecord) {
  const Table& table = TableOf<FeatureState>();
  EXPECT_EQ(table.name, "feature_state");
  const Column& identity = table.columns[ColumnOf<FeatureState>(&FeatureState::identity_id)];
  EXPECT_TRUE(identity.nullable);
  EXPECT_EQ(identity.type, ColumnType::kInteger);
  const Column& value = table.columns[ColumnOf<FeatureState>(&FeatureState::value)];
  EXPECT_EQ(value.type, ColumnType::kText);
  ASSERT_EQ(table.unique_keys.size(), 1U);
  EXPECT_EQ(table.unique_keys[0].columns, (std::vector<size_t>{2, 3, 4, 12}));
  ASSERT_EQ(table.references.size(), 4U);
  EXPECT_EQ(table.references[2].parent, "identity");
  EXPECT_EQ(TableOf<Environment>().stamp_column, ColumnOf<Environment>(&Environment::stamp));
  EXPECT_EQ(table.stamp_column, std::nullopt);
}

TEST(MappingTest, ARecordComesBackFromItsRow) {
  const EnvironmentApiKey key = {.id = 1,
                                 .environment_id = 2,
                                 .key = "ser.x",
                                 .name = "n",
                                 .active = false,
                                 .created_at = 3,
                                 .expires_at = 4};
  const Result<EnvironmentApiKey> back = FromRow<EnvironmentApiKey>(ToRow(key));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(ToRow(*back), ToRow(key));
}

TEST(MappingTest, ARowOfAnotherShapeIsCorrupt) {
  const Row good = ToRow(FeatureOwner{.id = 1, .feature_id = 2, .user_id = 3});
  Row short_by_one = good;
  short_by_one.pop_back();
  Row with_text = good;
  with_text[1] = std::string("2");
  Row with_null = good;
  with_null[2] = Value();
  for (const Row& row : {short_by_one, with_text, with_null}) {
    const auto read = FromRow<FeatureOwner>(row);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(read.error().message(), "A row of the table feature_owner cannot be read.");
  }
}

TEST(MappingTest, ABooleanIsZeroOrOne) {
  bool read = false;
  EXPECT_TRUE(FromValue(Value(int64_t{1}), read));
  EXPECT_TRUE(read);
  EXPECT_FALSE(FromValue(Value(int64_t{2}), read));
  std::optional<bool> maybe = true;
  EXPECT_TRUE(FromValue(Value(), maybe));
  EXPECT_EQ(maybe, std::nullopt);
}

}  // namespace
}  // namespace flagstream::store
