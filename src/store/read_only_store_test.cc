// SPDX-License-Identifier: Apache-2.0
#include "store/read_only_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/query.h"
#include "store/sqlite/session.h"
#include "store/sqlite_store.h"
#include "testing/store_data.h"
#include "testing/temporary_folder.h"

namespace flagstream::store {
namespace {

// Goal: one who reads beside the owner of a folder sees whole commits and changes nothing.

using flagstream::testing::InsertPlace;
using flagstream::testing::TemporaryFolder;
using ::testing::HasSubstr;

Result<int64_t> CountProjects(ReadOnlyStore& store) {
  int64_t count = 0;
  FLAGSTREAM_TRY(store.Read([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(count, Count(reader, Select<Project>()));
    return {};
  }));
  return count;
}

TEST(ReadOnlyStoreTest, ReadsBesideTheOwner) {
  const TemporaryFolder folder;
  const auto owner = SqliteStore::Open({.data_folder = folder.path()});
  ASSERT_TRUE(owner.ok());
  const auto reader = ReadOnlyStore::Open(folder.path());
  ASSERT_TRUE(reader.ok()) << reader.error().ToString();
  EXPECT_EQ(*CountProjects(**reader), 0);
  ASSERT_TRUE(WriteAndWait(**owner, [](Transaction& tx) -> Result<void> {
                FLAGSTREAM_TRY(InsertPlace(tx));
                return {};
              }).ok());
  EXPECT_EQ(*CountProjects(**reader), 1);
}

TEST(ReadOnlyStoreTest, MakesNoDataWhereThereIsNone) {
  const TemporaryFolder folder;
  const auto opened = ReadOnlyStore::Open(folder.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ReadOnlyStoreTest, RefusesTheSchemaOfAnotherRelease) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SqliteStore::Open({.data_folder = folder.path()}).ok());
  const auto session =
      sqlite::Session::Open(folder.path() + "/flagstream.db", sqlite::Access::kWrite);
  ASSERT_TRUE(session.ok());
  for (const auto& [version, hint] : {std::pair("1", "migrates"), std::pair("999", "later")}) {
    ASSERT_TRUE(
        (*session)->connection().Execute(std::string("PRAGMA user_version = ") + version).ok());
    const auto opened = ReadOnlyStore::Open(folder.path());
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(opened.error().message(), HasSubstr(hint));
  }
}

}  // namespace
}  // namespace flagstream::store
