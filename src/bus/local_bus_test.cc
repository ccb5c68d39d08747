// SPDX-License-Identifier: Apache-2.0
#include "bus/local_bus.h"

#include <gtest/gtest.h>

#include <thread>

namespace flagstream::bus {
namespace {

// Goal: on a single node a change is heard before Publish returns, on the publisher's thread.

TEST(LocalBusTest, ListenerHasRunWhenPublishReturns) {
  LocalBus bus;
  std::thread::id heard_on;
  bus.Listen([&](const Change&) { heard_on = std::this_thread::get_id(); });
  bus.Publish({});
  EXPECT_EQ(heard_on, std::this_thread::get_id());
}

TEST(LocalBusTest, ListenerMayPublish) {
  LocalBus bus;
  int64_t newest = 0;
  bus.Listen([&](const Change& change) {
    newest = change.revision;
    if (newest < 3) bus.Publish({.environment = {1}, .revision = newest + 1});
  });
  bus.Publish({.environment = {1}, .revision = 1});
  EXPECT_EQ(newest, 3);
}

TEST(LocalBusDeathTest, HasOneListener) {
  LocalBus bus;
  bus.Listen([](const Change&) {});
  EXPECT_DEATH(bus.Listen([](const Change&) {}), "listener_");
}

}  // namespace
}  // namespace flagstream::bus
