// SPDX-License-Identifier: Apache-2.0
#include "store/folder_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "testing/temporary_folder.h"

namespace flagstream::store {
namespace {

// Goal: a data folder has one owner at a time, who is named to whoever comes second.

using flagstream::testing::TemporaryFolder;
using ::testing::HasSubstr;

constexpr int64_t kNow = 1'777'627'800'000'000;  // 2026-05-01T09:30:00Z

TEST(FolderLockTest, TheSecondIsToldWhoTheFirstIs) {
  const TemporaryFolder folder;
  const auto first = FolderLock::Take(folder.path(), kNow);
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  const auto second = FolderLock::Take(folder.path(), kNow);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(second.error().message(), HasSubstr(folder.path()));
  EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(getpid()) + " on "));
  EXPECT_THAT(second.error().message(), HasSubstr("started 2026-05-01T09:30:00Z"));
}

TEST(FolderLockTest, IsFreeWhenItsOwnerIsGone) {
  const TemporaryFolder folder;
  {
    ASSERT_TRUE(FolderLock::Take(folder.path(), kNow).ok());
  }
  EXPECT_TRUE(FolderLock::Take(folder.path(), kNow).ok());
}

TEST(FolderLockTest, AMissingFolderIsUnavailable) {
  const auto lock = FolderLock::Take("/nonexistent/folder", kNow);
  ASSERT_FALSE(lock.ok());
  EXPECT_EQ(lock.error().code(), ErrorCode::kUnavailable);
}

TEST(FolderLockTest, CreatesTheFolderForItsOwnerOnly) {
  const TemporaryFolder parent;
  const std::string folder = parent.path() + "/a/b";
  ASSERT_TRUE(CreateDataFolder(folder).ok());
  struct stat status = {};
  ASSERT_EQ(stat(folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_TRUE(CreateDataFolder(folder).ok());
}

TEST(FolderLockTest, AFileInThePlaceOfTheFolderIsTold) {
  EXPECT_FALSE(CreateDataFolder("/dev/null/data").ok());
}

}  // namespace
}  // namespace flagstream::store
