// SPDX-License-Identifier: Apache-2.0
#include "base/unique_function.h"

#include <gtest/gtest.h>

#include <memory>

namespace flagstream {
namespace {

// Goal: holds and calls what can only be moved.

TEST(UniqueFunctionTest, OwnsWhatItsLambdaOwns) {
  auto owned = std::make_unique<int>(5);
  UniqueFunction<int(int)> add = [owned = std::move(owned)](int n) { return *owned + n; };
  UniqueFunction<int(int)> moved = std::move(add);
  EXPECT_FALSE(add);
  EXPECT_EQ(moved(2), 7);
}

TEST(UniqueFunctionTest, KeepsStateBetweenCalls) {
  UniqueFunction<int()> count = [n = 0]() mutable { return ++n; };
  count();
  EXPECT_EQ(count(), 2);
}

TEST(UniqueFunctionDeathTest, CallingAnEmptyOneAborts) {
  UniqueFunction<void()> nothing;
  EXPECT_DEATH(nothing(), "broken assumption");
}

}  // namespace
}  // namespace flagstream
