// SPDX-License-Identifier: Apache-2.0
#include "server/memory_ceiling.h"

#include <gtest/gtest.h>

namespace flagstream::server {
namespace {

// Goal: over the ceiling the streams that are there may end and come back, and none is added.

TEST(MemoryCeilingTest, HoldsTheNumberOfStreamsUntilMemoryHasFallen) {
  api::StreamSlots slots({.total = 10});
  MemoryCeiling ceiling(1'000, slots);
  const auto take = [&] { return slots.TryTake("1", "192.0.2.1"); };
  const auto one = take();
  ceiling.Update(1'000);
  auto two = take();
  ASSERT_TRUE(two);

  ceiling.Update(1'001);
  EXPECT_TRUE(slots.is_held());
  EXPECT_FALSE(take());
  EXPECT_EQ(slots.refused(api::StreamLimit::kMemory), 1U);
  two.reset();
  ceiling.Update(2'000);  // the number stays, also while fewer are open
  const auto back = take();
  EXPECT_TRUE(back);
  EXPECT_FALSE(take());

  ceiling.Update(950);
  EXPECT_FALSE(take());
  ceiling.Update(949);
  EXPECT_FALSE(slots.is_held());
  EXPECT_TRUE(take());
  EXPECT_EQ(slots.refused(api::StreamLimit::kTotal), 0U);
}

TEST(MemoryCeilingTest, TheKernelTellsWhatThisProcessHas) {
  const auto bytes = OwnMemoryBytes();
  ASSERT_TRUE(bytes.has_value());
  EXPECT_GT(*bytes, 0);
}

}  // namespace
}  // namespace flagstream::server
