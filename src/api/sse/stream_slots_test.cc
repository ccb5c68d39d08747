// SPDX-License-Identifier: Apache-2.0
#include "api/sse/stream_slots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace flagstream::api {
namespace {

// Goal: no more streams than each limit allows, and each that ends makes room for exactly one.

constexpr auto kNoEnvironment = std::nullopt;

TEST(StreamSlotsTest, AnEnvironmentHasItsOwn) {
  StreamSlots slots({.total = 10, .per_environment = 2});
  auto one = slots.TryTake("1", "192.0.2.1");
  const auto two = slots.TryTake("1", "192.0.2.2");
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(slots.TryTake("1", "192.0.2.3"));
  EXPECT_EQ(slots.refused(StreamLimit::kEnvironment), 1U);
  EXPECT_TRUE(slots.TryTake("2", "192.0.2.3"));
  one.reset();
  const auto three = slots.TryTake("1", "192.0.2.3");
  EXPECT_TRUE(three);
  EXPECT_FALSE(slots.TryTake("1", "192.0.2.4"));
  EXPECT_EQ(slots.taken(), 2U);
}

TEST(StreamSlotsTest, StreamsOfNoEnvironmentCountInTheOtherLimits) {
  StreamSlots slots({.total = 4, .per_environment = 1, .per_address = 3});
  std::vector<StreamSlot> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(slots.TryTake(kNoEnvironment, "192.0.2.1"));
  EXPECT_TRUE(taken.back());
  EXPECT_FALSE(slots.TryTake(kNoEnvironment, "192.0.2.1"));
  EXPECT_EQ(slots.refused(StreamLimit::kAddress), 1U);
  const auto last = slots.TryTake(kNoEnvironment, "192.0.2.2");
  EXPECT_TRUE(last);
  EXPECT_FALSE(slots.TryTake(kNoEnvironment, "192.0.2.3"));
  EXPECT_EQ(slots.refused(StreamLimit::kTotal), 1U);
  EXPECT_EQ(slots.refused(StreamLimit::kEnvironment), 0U);
}

// Goal: what one limit refuses takes nothing from the others.
TEST(StreamSlotsTest, ARefusalTakesNothing) {
  StreamSlots slots({.total = 3, .per_environment = 2, .per_address = 1});
  const auto one = slots.TryTake("1", "192.0.2.1");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(slots.TryTake("1", "192.0.2.1"));
  EXPECT_EQ(slots.refused(StreamLimit::kAddress), 5U);
  const auto two = slots.TryTake("1", "192.0.2.2");
  ASSERT_TRUE(two);
  EXPECT_FALSE(slots.TryTake("1", "192.0.2.3"));
  EXPECT_EQ(slots.refused(StreamLimit::kEnvironment), 1U);
  EXPECT_TRUE(slots.TryTake("2", "192.0.2.3"));
}

TEST(StreamSlotsTest, ASlotThatMovedIsGivenBackOnce) {
  StreamSlots slots({.total = 1, .per_environment = 1, .per_address = 1});
  {
    auto first = slots.TryTake("1", "192.0.2.1");
    const StreamSlot moved = std::move(first);
    first.reset();
    EXPECT_EQ(slots.taken(), 1U);
    EXPECT_FALSE(slots.TryTake("1", "192.0.2.1"));
  }
  EXPECT_EQ(slots.taken(), 0U);
  EXPECT_TRUE(slots.TryTake("1", "192.0.2.1"));
}

// Goal: a client is what an address stands for, so that one with many addresses is one.
TEST(StreamSlotsTest, ClientsAreToldApartByAddressAndByNetwork) {
  EXPECT_EQ(ClientOf("2001:db8:1:2::1"), ClientOf("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(ClientOf("2001:db8:1:2::1"), ClientOf("2001:db8:1:3::1"));
  EXPECT_NE(ClientOf("192.0.2.1"), ClientOf("192.0.2.2"));
  EXPECT_EQ(ClientOf("192.0.2.1"), ClientOf("::ffff:192.0.2.1"));
  EXPECT_NE(ClientOf("0.0.0.0"), ClientOf("::1"));
  EXPECT_EQ(ClientOf(""), ClientOf("unknown"));
}

TEST(KeyedSlotsTest, KeysWithoutTakenSlotsCostNothing) {
  KeyedSlots<uint64_t> slots(2);
  std::vector<const KeyedSlots<uint64_t>::Place*> places;
  for (uint64_t key = 0; key < 1'000; ++key) places.push_back(slots.TryTake(key));
  const auto* second = slots.TryTake(0);
  EXPECT_EQ(second, places.front());
  EXPECT_EQ(slots.TryTake(0), nullptr);
  EXPECT_EQ(slots.key_count(), 1'000U);
  for (const auto* place : places) slots.Release(*place);
  EXPECT_EQ(slots.key_count(), 1U);
  slots.Release(*second);
  EXPECT_EQ(slots.key_count(), 0U);
}

// Goal: shards that open and close at once never have more than the limit, nor lose a slot.
TEST(StreamSlotsTest, ShardsShareTheLimits) {
  constexpr size_t kMax = 3;
  StreamSlots slots({.total = 100, .per_environment = kMax, .per_address = 100});
  std::atomic<size_t> open{0};
  std::atomic<size_t> highest{0};
  std::vector<std::jthread> shards;
  for (int shard = 0; shard < 4; ++shard) {
    shards.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) {
        const auto slot = slots.TryTake("1", "192.0.2.1");
        if (!slot) continue;
        const size_t now = open.fetch_add(1) + 1;
        for (size_t seen = highest; seen < now && !highest.compare_exchange_weak(seen, now);) {
        }
        open.fetch_sub(1);
      }
    });
  }
  shards.clear();
  EXPECT_GE(highest, 1U);
  EXPECT_LE(highest, kMax);
  EXPECT_EQ(slots.taken(), 0U);
  std::vector<StreamSlot> all;
  for (size_t i = 0; i < kMax; ++i) all.push_back(slots.TryTake("1", "192.0.2.1"));
  EXPECT_TRUE(all.back());
}

}  // namespace
}  // namespace flagstream::api
