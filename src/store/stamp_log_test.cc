// SPDX-License-Identifier: Apache-2.0
#include "store/stamp_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "testing/failing_disk.h"
#include "testing/fake_clock.h"
#include "testing/manual_executor.h"
#include "testing/temporary_folder.h"

namespace flagstream::store {
namespace {

// Goal: a stamp whose Done said so is there after a restart, the newest of each key wins, and
// limits hold.

using flagstream::testing::FailingDisk;
using flagstream::testing::TemporaryFolder;

class StampLogTest : public ::testing::Test {
 protected:
  StampLogTest() { Reopen(); }

  void Reopen(size_t max_environments = 100) {
    log_.reset();
    auto opened =
        StampLog::Open({.data_folder = folder_.path(), .max_environments = max_environments});
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    log_ = *std::move(opened);
  }

  Result<void> Put(std::string_view key, int64_t micros) {
    std::promise<Result<void>> done;
    log_->Put(key, Stamp::FromMicros(micros), nullptr,
              [&](Result<void> result) { done.set_value(std::move(result)); });
    return done.get_future().get();
  }

  int64_t Newest(std::string_view key) { return log_->Newest(key).value_or(Stamp()).micros(); }

  const TemporaryFolder folder_;
  std::unique_ptr<StampLog> log_;
};

TEST_F(StampLogTest, KeepsTheNewestOverARestart) {
  EXPECT_EQ(log_->Newest("a"), std::nullopt);
  EXPECT_TRUE(Put("a", 10).ok());
  EXPECT_TRUE(Put("b", 20).ok());
  EXPECT_TRUE(Put("a", 30).ok());
  EXPECT_TRUE(Put("a", 25).ok());
  EXPECT_TRUE(Put("a", 30).ok());
  Reopen();
  EXPECT_EQ(Newest("a"), 30);
  EXPECT_EQ(Newest("b"), 20);
  EXPECT_EQ(log_->All().size(), 2U);
}

TEST_F(StampLogTest, KeysAreBytes) {
  const std::string key("a\0é", 4);
  EXPECT_TRUE(Put(key, 10).ok());
  Reopen();
  EXPECT_EQ(Newest(key), 10);
  EXPECT_EQ(log_->Newest("a"), std::nullopt);
}

TEST_F(StampLogTest, RefusesKeysBeyondTheLimitAndServesTheOthers) {
  Reopen(/*max_environments=*/2);
  EXPECT_TRUE(Put("a", 1).ok());
  EXPECT_TRUE(Put("b", 1).ok());
  const Result<void> refused = Put("c", 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kTooLarge);
  EXPECT_TRUE(Put("a", 2).ok());
  EXPECT_EQ(log_->stats().environments, 2U);
}

TEST_F(StampLogTest, KnowsTheNewestOfAllAlsoWhenOpenedAgain) {
  EXPECT_EQ(log_->stats().newest, Stamp());
  EXPECT_TRUE(Put("a", 30).ok());
  EXPECT_TRUE(Put("b", 20).ok());
  EXPECT_EQ(log_->stats().newest, Stamp::FromMicros(30));
  Reopen();
  EXPECT_EQ(log_->stats().newest, Stamp::FromMicros(30));
}

TEST_F(StampLogTest, PutsFromManyThreadsAllCount) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        log_->Put("key-" + std::to_string(i % 7), Stamp::FromMicros(i * kThreads + t + 1), nullptr,
                  [&](const Result<void>& result) { stored += result.ok() ? 1 : 0; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // What is put last is answered last.
  EXPECT_TRUE(Put("end", 1).ok());
  EXPECT_EQ(stored, kThreads * kEach);
  Reopen();
  for (int key = 0; key < 7; ++key) {
    int last = 0;
    for (int i = key; i < kEach; i += 7) last = i;
    EXPECT_EQ(Newest("key-" + std::to_string(key)), last * kThreads + kThreads);
  }
}

TEST_F(StampLogTest, AnswersTheExecutorInOneTaskPerCommit) {
  flagstream::testing::FakeClock clock;
  flagstream::testing::ManualExecutor executor(clock);
  int answered = 0;
  for (int i = 1; i <= 300; ++i) {
    log_->Put("a", Stamp::FromMicros(i), &executor, [&](const Result<void>&) { ++answered; });
  }
  // The second comes after all commits that the 300 may be in have been answered.
  EXPECT_TRUE(Put("end", 1).ok());
  EXPECT_TRUE(Put("end", 2).ok());
  EXPECT_EQ(answered, 0);
  int64_t tasks = 0;
  while (executor.RunOne()) ++tasks;
  EXPECT_EQ(answered, 300);
  EXPECT_LE(tasks, log_->stats().commits);
}

TEST_F(StampLogTest, WithAFullDiskNothingIsPromisedAndLaterAllIsWellAgain) {
  EXPECT_TRUE(Put("a", 10).ok());
  {
    const FailingDisk full(ENOSPC);
    const Result<void> refused = Put("a", 20);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
    EXPECT_FALSE(Put("new", 20).ok());
    EXPECT_EQ(Newest("a"), 10);
    EXPECT_EQ(log_->Newest("new"), std::nullopt);
    EXPECT_EQ(log_->stats().environments, 1U);
  }
  EXPECT_TRUE(Put("a", 15).ok());
  EXPECT_TRUE(Put("new", 5).ok());
  Reopen();
  EXPECT_EQ(Newest("a"), 15);
  EXPECT_EQ(Newest("new"), 5);
}

TEST_F(StampLogTest, TheFolderHasOneOwner) {
  const auto second = StampLog::Open({.data_folder = folder_.path()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST_F(StampLogTest, PutsThatWaitAtTheEndAreAnswered) {
  std::atomic<int> answered = 0;
  for (int i = 1; i <= 200; ++i) {
    log_->Put("a", Stamp::FromMicros(i), nullptr, [&](const Result<void>&) { ++answered; });
  }
  log_.reset();
  EXPECT_EQ(answered, 200);
}

}  // namespace
}  // namespace flagstream::store
