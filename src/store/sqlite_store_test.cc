// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <vector>

#include "store/query.h"
#include "store/stamping.h"
#include "testing/failing_disk.h"
#include "testing/fake_clock.h"
#include "testing/store_data.h"
#include "testing/temporary_folder.h"

namespace flagstream::store {
namespace {

// Goal: what is special to a store in a folder: who may open it, what a kill, a full disk and a
// restore do to it.

using flagstream::testing::FailingDisk;
using flagstream::testing::FakeClock;
using flagstream::testing::InsertPlace;
using flagstream::testing::TemporaryFolder;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  void Open() {
    auto opened = SqliteStore::Open({.data_folder = data_, .clock = &clock_});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    store_ = *std::move(opened);
  }
  void Close() { store_.reset(); }
  void Reopen() {
    Close();
    Open();
  }

  void MustWrite(const WriteWork& work) {
    const Result<void> result = WriteAndWait(*store_, work);
    ASSERT_TRUE(result.ok()) << result.error().ToString();
  }

  void AddPlace(const std::string& name) {
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_TRY(InsertPlace(tx, name));
      return {};
    });
  }

  // The first environment.
  Environment Stored() {
    std::optional<Environment> found;
    const Result<void> read = store_->Read([&](Reader& reader) -> Result<void> {
      FLAGSTREAM_ASSIGN(found, FindOne(reader, Select<Environment>()));
      return {};
    });
    EXPECT_TRUE(read.ok());
    return found.value_or(Environment());
  }

  void StampFirst() {
    MustWrite([](Transaction& tx) -> Result<void> {
      FLAGSTREAM_TRY(StampEnvironment(tx, {1}));
      return {};
    });
  }

  static Result<void> InsertUser(Transaction& tx) {
    User user = {.email = NewEmail()};
    return Insert(tx, user);
  }
  static std::string NewEmail() {
    static std::atomic<int> next = 0;
    return std::to_string(++next) + "@x";
  }
  int64_t CountUsers() {
    int64_t count = -1;
    const Result<void> read = store_->Read([&](Reader& reader) -> Result<void> {
      FLAGSTREAM_ASSIGN(count, Count(reader, Select<User>()));
      return {};
    });
    EXPECT_TRUE(read.ok()) << read.error().ToString();
    return count;
  }

  const TemporaryFolder folder_;
  const std::string data_ = folder_.path() + "/data";
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(SqliteStoreTest, FilesAreTheOwnersOnly) {
  Open();
  AddPlace("one");
  for (const auto& [name, mode] : {std::pair{"", 0700U},
                                   {"/flagstream.db", 0600U},
                                   {"/flagstream.db-wal", 0600U},
                                   {"/flagstream.lock", 0600U},
                                   {"/flagstream.witness", 0600U}}) {
    struct stat status = {};
    ASSERT_EQ(stat((data_ + name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, mode) << name;
  }
}

TEST_F(SqliteStoreTest, ASecondOwnerIsRefusedByName) {
  Open();
  const auto second = SqliteStore::Open({.data_folder = data_});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(second.error().message(), HasSubstr("in use by process"));
}

TEST_F(SqliteStoreTest, WhatIsNoDatabaseIsDamaged) {
  fs::create_directory(data_);
  const std::string text(10'000, 'x');
  FILE* const file = std::fopen((data_ + "/flagstream.db").c_str(), "w");
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
  const auto opened = SqliteStore::Open({.data_folder = data_});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorrupt);
}

TEST_F(SqliteStoreTest, APlainRestartIsNoRestore) {
  Open();
  EXPECT_FALSE(store_->restored());
  AddPlace("one");
  StampFirst();
  const Environment before = Stored();
  Reopen();
  EXPECT_FALSE(store_->restored());
  EXPECT_EQ(ToRow(Stored()), ToRow(before));
}

// The child writes and is killed with its files as they are; the parent then opens them.
TEST_F(SqliteStoreTest, AKillLosesNothingAndIsNoRestore) {
  const char* const variable = "FLAGSTREAM_TEST_KILLED_FOLDER";
  setenv(variable, data_.c_str(), /*replace=*/0);  // the child has its parent's
  const std::string data = getenv(variable);
  EXPECT_EXIT(
      {
        auto store = SqliteStore::Open({.data_folder = data, .clock = &clock_});
        for (int i = 0; i < 20; ++i) {
          if (!store || !WriteAndWait(**store, InsertUser)) std::_Exit(1);
        }
        std::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  unsetenv(variable);
  Open();
  EXPECT_FALSE(store_->restored());
  EXPECT_EQ(CountUsers(), 20);
}

TEST_F(SqliteStoreTest, AnOlderCopyThatWasPutBackIsStampedOnce) {
  Open();
  AddPlace("one");
  Close();
  fs::copy_file(data_ + "/flagstream.db", folder_.path() + "/backup.db");
  Open();
  clock_.Advance(std::chrono::hours(2));
  StampFirst();
  const Environment lost = Stored();
  Close();
  clock_.Advance(-std::chrono::hours(1));  // the clock does not save us either
  fs::copy_file(folder_.path() + "/backup.db", data_ + "/flagstream.db",
                fs::copy_options::overwrite_existing);
  Open();
  EXPECT_TRUE(store_->restored());
  const Environment stamped = Stored();
  EXPECT_GT(stamped.stamp, lost.stamp);
  EXPECT_EQ(stamped.revision, 1);
  Reopen();
  EXPECT_FALSE(store_->restored());
  EXPECT_EQ(ToRow(Stored()), ToRow(stamped));
}

TEST_F(SqliteStoreTest, ADatabaseWithoutItsWitnessIsStamped) {
  Open();
  AddPlace("one");
  Close();
  fs::remove(data_ + "/flagstream.witness");
  Open();
  EXPECT_TRUE(store_->restored());
  EXPECT_GT(Stored().stamp, 0);
}

TEST_F(SqliteStoreTest, ARestoreThatWasKilledMidwayIsFinishedByTheNextStart) {
  Open();
  AddPlace("one");
  Close();
  fs::copy_file(data_ + "/flagstream.witness", folder_.path() + "/old.witness");
  fs::remove(data_ + "/flagstream.witness");
  Open();
  const int64_t once = Stored().stamp;
  Close();
  // As if the process had been killed after the stamps and before the witness heard of them.
  fs::copy_file(folder_.path() + "/old.witness", data_ + "/flagstream.witness",
                fs::copy_options::overwrite_existing);
  Open();
  EXPECT_TRUE(store_->restored());
  EXPECT_GT(Stored().stamp, once);
  Reopen();
  EXPECT_FALSE(store_->restored());
}

TEST_F(SqliteStoreTest, WithAFullOrFailingDiskWritesAreRefusedAndReadsGoOn) {
  Open();
  MustWrite(InsertUser);
  for (const int error : {ENOSPC, EIO}) {
    const int64_t before = CountUsers();
    {
      const FailingDisk disk(error);
      for (int i = 0; i < 3; ++i) {
        const Result<void> refused = WriteAndWait(*store_, InsertUser);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
        EXPECT_THAT(refused.error().message(),
                    HasSubstr(error == ENOSPC ? "The disk is full." : "cannot be read or written"));
        EXPECT_EQ(CountUsers(), before);
      }
    }
    MustWrite(InsertUser);
    EXPECT_EQ(CountUsers(), before + 1);
  }
  EXPECT_EQ(store_->stats().failed_commits, 6);
  Reopen();
  EXPECT_EQ(CountUsers(), 3);
  EXPECT_FALSE(store_->restored());
}

// A transaction too large for the cache meets the full disk before its commit.
TEST_F(SqliteStoreTest, ADiskThatFillsInTheMidstOfAWorkUndoesAllOfIt) {
  Open();
  const FailingDisk disk(ENOSPC);
  const Result<void> refused = WriteAndWait(*store_, [](Transaction& tx) -> Result<void> {
    for (int i = 0; i < 2'000; ++i) {
      User user = {.email = NewEmail(), .first_name = std::string(10'000, 'x')};
      FLAGSTREAM_TRY(Insert(tx, user));
    }
    return {};
  });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(CountUsers(), 0);
}

TEST_F(SqliteStoreTest, WritesThatWaitShareACommit) {
  Open();
  std::promise<void> entered;
  std::promise<void> go_on;
  store_->Write(
      [&](Transaction&) -> Result<void> {
        entered.set_value();
        go_on.get_future().wait();
        return {};
      },
      [](const Result<void>&) {});
  entered.get_future().wait();
  const int64_t commits = store_->stats().commits;
  std::vector<std::promise<Result<void>>> done(50);
  for (auto& one : done) {
    store_->Write(InsertUser, [&one](Result<void> result) { one.set_value(std::move(result)); });
  }
  EXPECT_EQ(store_->stats().waiting_writes, 50U);
  go_on.set_value();
  for (auto& one : done) EXPECT_TRUE(one.get_future().get().ok());
  MustWrite(InsertUser);  // the counts of the group before are in by now
  EXPECT_LE(store_->stats().commits, commits + 3);
  EXPECT_EQ(CountUsers(), 51);
}

TEST_F(SqliteStoreTest, WritesBeyondTheLimitAreRefusedAtOnce) {
  auto opened = SqliteStore::Open({.data_folder = data_, .waiting_writes_max = 2});
  ASSERT_TRUE(opened.ok());
  store_ = *std::move(opened);
  std::promise<void> entered;
  std::promise<void> go_on;
  store_->Write(
      [&](Transaction&) -> Result<void> {
        entered.set_value();
        go_on.get_future().wait();
        return {};
      },
      [](const Result<void>&) {});
  entered.get_future().wait();
  std::vector<std::promise<Result<void>>> waiting(2);
  for (auto& one : waiting) {
    store_->Write(InsertUser, [&one](Result<void> result) { one.set_value(std::move(result)); });
  }
  const Result<void> refused = WriteAndWait(*store_, InsertUser);
  go_on.set_value();
  for (auto& one : waiting) EXPECT_TRUE(one.get_future().get().ok());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  MustWrite(InsertUser);
  EXPECT_EQ(CountUsers(), 3);
}

}  // namespace
}  // namespace flagstream::store
