// SPDX-License-Identifier: Apache-2.0
#include "replica/identity_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace flagstream::replica {
namespace {

// Goal: the cache gives back what was put, and at a limit loses what was not used for longest.

IdentityPtr Identity(int64_t id, std::string text = {}) {
  auto identity = std::make_shared<IdentityData>();
  identity->id = id;
  if (!text.empty()) identity->traits.push_back({.trait = {"t", std::move(text)}});
  return identity;
}

IdentityKey Key(std::string_view identifier, int64_t environment = 1) {
  return {{environment}, identifier};
}

TEST(IdentityCacheTest, FindsByEnvironmentAndIdentifier) {
  IdentityCache cache({});
  cache.Put(Key("a", 1), Identity(1));
  cache.Put(Key("a", 2), Identity(2));
  EXPECT_EQ(cache.Find(Key("a", 1))->id, 1);
  EXPECT_EQ(cache.Find(Key("a", 2))->id, 2);
  EXPECT_EQ(cache.Find(Key("b", 1)), nullptr);
}

TEST(IdentityCacheTest, PutReplacesAndEraseErases) {
  IdentityCache cache({});
  cache.Put(Key("a"), Identity(1, "long text"));
  cache.Put(Key("a"), Identity(2));
  EXPECT_EQ(cache.Find(Key("a"))->id, 2);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_TRUE(cache.Erase(Key("a")));
  EXPECT_FALSE(cache.Erase(Key("a")));
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(IdentityCacheTest, AtTheLimitOfEntriesTheLeastRecentlyUsedGoes) {
  IdentityCache cache({.entries_max = 3});
  for (const char* name : {"a", "b", "c"}) cache.Put(Key(name), Identity(1));
  cache.Find(Key("a"));
  cache.Put(Key("d"), Identity(1));
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.Find(Key("b")), nullptr);
  EXPECT_NE(cache.Find(Key("a")), nullptr);
}

TEST(IdentityCacheTest, BytesAreBounded) {
  IdentityCache cache({.entries_max = 1'000, .bytes_max = 10'000});
  for (int i = 0; i < 100; ++i) {
    cache.Put(Key(std::to_string(i)), Identity(i, std::string(1'000, 'x')));
    EXPECT_LE(cache.bytes(), 10'000u);
  }
  EXPECT_GE(cache.size(), 5u);
  EXPECT_NE(cache.Find(Key("99")), nullptr);
  EXPECT_EQ(cache.Find(Key("0")), nullptr);
}

TEST(IdentityCacheTest, OneLargerThanTheLimitIsNotTaken) {
  IdentityCache cache({.entries_max = 10, .bytes_max = 1'000});
  cache.Put(Key("a"), Identity(1));
  cache.Put(Key("b"), Identity(2, std::string(2'000, 'x')));
  EXPECT_NE(cache.Find(Key("a")), nullptr);
  EXPECT_EQ(cache.Find(Key("b")), nullptr);
}

TEST(IdentityCacheTest, WithoutEntriesItHoldsNothing) {
  IdentityCache cache({.entries_max = 0});
  cache.Put(Key("a"), Identity(1));
  EXPECT_EQ(cache.Find(Key("a")), nullptr);
}

}  // namespace
}  // namespace flagstream::replica
