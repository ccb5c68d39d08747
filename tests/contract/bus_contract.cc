// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/bus_contract.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace flagstream::bus {
namespace {

// Goal: every change that is published reaches the listener whole, from any thread, and none after
// Stop.

constexpr auto kPatience = std::chrono::seconds(10);

Change MakeChange(int64_t revision) {
  return {.environment = {7},
          .revision = revision,
          .stamp = Stamp::FromMicros(revision * Stamp::kTickMicros),
          .identity = std::nullopt,
          .committed_micros = 1000 + revision};
}

// What a listener heard; a test waits for as much as it published, since a bus may deliver later.
class Heard {
 public:
  Bus::Listener Listener() {
    return [this](const Change& change) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(change);
      more_.notify_all();
    };
  }
  std::vector<Change> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, kPatience, [&] { return changes_.size() >= count; });
    return changes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Change> changes_;
};

}  // namespace

TEST_P(BusContract, CarriesEveryMemberOfAChange) {
  Heard heard;
  bus_->Listen(heard.Listener());
  Change change = MakeChange(3);
  change.identity = std::string("user\0é", 7);
  bus_->Publish(change);

  const std::vector<Change> changes = heard.WaitFor(1);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].environment, change.environment);
  EXPECT_EQ(changes[0].revision, 3);
  EXPECT_EQ(changes[0].stamp, change.stamp);
  EXPECT_EQ(changes[0].identity, change.identity);
  EXPECT_EQ(changes[0].committed_micros, 1003);
  bus_->Stop();
}

TEST_P(BusContract, TellsAChangeOfTheEnvironmentFromOneOfAnIdentity) {
  Heard heard;
  bus_->Listen(heard.Listener());
  bus_->Publish(MakeChange(1));

  const std::vector<Change> changes = heard.WaitFor(1);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].identity, std::nullopt);
  bus_->Stop();
}

TEST_P(BusContract, KeepsTheOrderOfOnePublisher) {
  Heard heard;
  bus_->Listen(heard.Listener());
  for (int64_t revision = 1; revision <= 100; ++revision) bus_->Publish(MakeChange(revision));

  const std::vector<Change> changes = heard.WaitFor(100);
  ASSERT_EQ(changes.size(), 100U);
  for (size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].revision, static_cast<int64_t>(i) + 1);
  }
  bus_->Stop();
}

TEST_P(BusContract, TakesChangesFromManyThreads) {
  constexpr int64_t kThreads = 4;
  constexpr int64_t kEach = 250;
  Heard heard;
  bus_->Listen(heard.Listener());
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 0; i < kEach; ++i) bus_->Publish(MakeChange(t * kEach + i));
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<int64_t> revisions;
  for (const Change& change : heard.WaitFor(kThreads * kEach)) revisions.push_back(change.revision);
  std::sort(revisions.begin(), revisions.end());
  ASSERT_EQ(revisions.size(), static_cast<size_t>(kThreads * kEach));
  for (int64_t i = 0; i < kThreads * kEach; ++i) EXPECT_EQ(revisions[static_cast<size_t>(i)], i);
  bus_->Stop();
}

TEST_P(BusContract, StopWaitsForAListenerThatRuns) {
  std::promise<void> entered;
  std::promise<void> let_go;
  std::shared_future<void> may_end = let_go.get_future().share();
  std::atomic<bool> ended = false;
  bus_->Listen([&](const Change&) {
    entered.set_value();
    may_end.wait();
    ended = true;
  });
  std::thread publisher([&] { bus_->Publish(MakeChange(1)); });
  entered.get_future().wait();
  std::thread releaser([&] { let_go.set_value(); });
  bus_->Stop();
  EXPECT_TRUE(ended);
  releaser.join();
  publisher.join();
}

TEST_P(BusContract, NothingIsHeardAfterStop) {
  std::atomic<int> heard = 0;
  bus_->Listen([&](const Change&) { ++heard; });
  std::atomic<bool> go_on = true;
  std::thread publisher([&] {
    for (int64_t revision = 1; go_on; ++revision) bus_->Publish(MakeChange(revision));
  });
  bus_->Stop();
  const int at_stop = heard;
  for (int64_t i = 0; i < 1000; ++i) bus_->Publish(MakeChange(i));
  go_on = false;
  publisher.join();
  EXPECT_EQ(heard, at_stop);
}

TEST_P(BusContract, StopsTwiceAndWithoutAListener) {
  bus_->Publish(MakeChange(1));
  bus_->Stop();
  bus_->Stop();
}

}  // namespace flagstream::bus
