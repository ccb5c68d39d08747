// SPDX-License-Identifier: Apache-2.0
#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace flagstream {
namespace {

// Goal: work runs, floods are refused, and stopping finishes what was accepted.

TEST(WorkerPoolTest, StopRunsEverythingThatWasAccepted) {
  std::atomic<int> ran = 0;
  WorkerPool pool(3, 1'000);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(pool.Submit([&ran] { ++ran; }));
  pool.Stop();
  EXPECT_EQ(ran, 500);
}

TEST(WorkerPoolTest, RefusesMoreThanItsQueueHolds) {
  // Before the pool, whose end waits for the task that uses them.
  std::promise<void> started;
  std::promise<void> go_on;
  WorkerPool pool(1, 2);
  ASSERT_TRUE(pool.Submit([&] {
    started.set_value();
    go_on.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_TRUE(pool.Submit([] {}));
  EXPECT_FALSE(pool.Submit([] {}));
  EXPECT_EQ(pool.waiting(), 2U);
  go_on.set_value();
}

TEST(WorkerPoolTest, RefusesAfterStop) {
  WorkerPool pool(1, 10);
  pool.Stop();
  EXPECT_FALSE(pool.Submit([] {}));
}

}  // namespace
}  // namespace flagstream
