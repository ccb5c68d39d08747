// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace flagstream {
namespace {

// Goal: keys are drawn from their alphabet, UUIDs have the standard's form, jitter stays within its
// bounds.

TEST(RandomTest, SecretTextUsesTheWholeAlphabetAndNothingElse) {
  const std::string text = SecureRandomText(2'000, "abc");
  EXPECT_EQ(text.size(), 2'000U);
  EXPECT_EQ(std::set<char>(text.begin(), text.end()), (std::set<char>{'a', 'b', 'c'}));
}

TEST(RandomTest, UuidIsVersionFour) {
  const std::string uuid = NewUuid();
  ASSERT_EQ(uuid.size(), 36U);
  for (const size_t dash : {8U, 13U, 18U, 23U}) EXPECT_EQ(uuid[dash], '-');
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  EXPECT_NE(uuid, NewUuid());
}

TEST(RandomTest, JitterStaysWithinItsFraction) {
  Random random(7);
  for (int i = 0; i < 1'000; ++i) {
    const double value = random.Jitter(30, 0.1);
    EXPECT_GE(value, 27);
    EXPECT_LE(value, 33);
  }
}

TEST(RandomTest, EqualSeedsGiveEqualSequences) {
  Random a(42);
  Random b(42);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.Between(0, 1'000'000), b.Between(0, 1'000'000));
}

}  // namespace
}  // namespace flagstream
