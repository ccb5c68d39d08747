// SPDX-License-Identifier: Apache-2.0
#include "replica/environment_index.h"

#include <gtest/gtest.h>

#include <memory>

#include "testing/fake_clock.h"
#include "testing/sample_environment.h"

namespace flagstream::replica {
namespace {

// Goal: a key opens exactly the newest environment it belongs to, and only while it is valid.

ServedEnvironmentPtr Served(flags::Environment environment) {
  return std::make_shared<const ServedEnvironment>(std::move(environment));
}

flags::Environment Environment(int64_t id, int64_t revision, std::string client_key,
                               std::vector<flags::ServerKey> server_keys = {}) {
  flags::Environment environment = testing::SampleEnvironment();
  environment.id = {id};
  environment.revision = revision;
  environment.client_key = std::move(client_key);
  environment.server_keys = std::move(server_keys);
  return environment;
}

class EnvironmentIndexTest : public ::testing::Test {
 protected:
  int64_t RevisionOf(std::string_view key) {
    const KeyMatch match = index.Find(key, clock);
    return match.environment ? match.environment->environment().revision : 0;
  }

  testing::FakeClock clock;
  EnvironmentIndex index;
};

TEST_F(EnvironmentIndexTest, FindsByEachKindOfKey) {
  ASSERT_TRUE(index.Apply(Served(Environment(3, 1, "client", {{.key = "ser.one"}}))));
  EXPECT_EQ(index.Find("client", clock).kind, wire::KeyKind::kClient);
  EXPECT_EQ(index.Find("ser.one", clock).kind, wire::KeyKind::kServer);
  EXPECT_EQ(RevisionOf("client"), 1);
  EXPECT_EQ(RevisionOf("ser.one"), 1);
  EXPECT_EQ(RevisionOf("other"), 0);
  EXPECT_EQ(RevisionOf(""), 0);
  EXPECT_NE(index.FindById({3}), nullptr);
  EXPECT_EQ(index.FindById({4}), nullptr);
}

TEST_F(EnvironmentIndexTest, GoesUpwardOnly) {
  EXPECT_TRUE(index.Apply(Served(Environment(3, 5, "client"))));
  EXPECT_FALSE(index.Apply(Served(Environment(3, 5, "client"))));
  EXPECT_FALSE(index.Apply(Served(Environment(3, 4, "older"))));
  EXPECT_EQ(RevisionOf("client"), 5);
  EXPECT_EQ(RevisionOf("older"), 0);
  EXPECT_TRUE(index.Apply(Served(Environment(3, 6, "client"))));
  EXPECT_EQ(RevisionOf("client"), 6);
  EXPECT_EQ(index.size(), 1u);
}

TEST_F(EnvironmentIndexTest, RevokedAndInactiveKeysOpenNothing) {
  index.Apply(Served(Environment(3, 1, "client", {{.key = "ser.one"}, {.key = "ser.two"}})));
  index.Apply(Served(Environment(3, 2, "new-client", {{.key = "ser.two", .active = false}})));
  EXPECT_EQ(RevisionOf("client"), 0);
  EXPECT_EQ(RevisionOf("ser.one"), 0);
  EXPECT_EQ(RevisionOf("ser.two"), 0);
  EXPECT_EQ(RevisionOf("new-client"), 2);
}

TEST_F(EnvironmentIndexTest, KeysExpireByTheClock) {
  const int64_t expires = clock.NowMicros() + 1'000'000;
  index.Apply(Served(Environment(3, 1, "c", {{.key = "ser.one", .expires_micros = expires}})));
  clock.Advance(std::chrono::microseconds(999'999));
  EXPECT_EQ(RevisionOf("ser.one"), 1);
  clock.Advance(std::chrono::microseconds(1));
  EXPECT_EQ(RevisionOf("ser.one"), 0);
  EXPECT_EQ(RevisionOf("c"), 1);
}

TEST_F(EnvironmentIndexTest, RemovedIsGoneWithItsKeys) {
  index.Apply(Served(Environment(3, 1, "client", {{.key = "ser.one"}})));
  index.Remove({3});
  index.Remove({3});
  EXPECT_EQ(RevisionOf("client"), 0);
  EXPECT_EQ(RevisionOf("ser.one"), 0);
  EXPECT_EQ(index.FindById({3}), nullptr);
  EXPECT_EQ(index.size(), 0u);
}

// The environment that had the key before is loaded after the one that has it now.
TEST_F(EnvironmentIndexTest, AKeyThatMovedStaysWithItsNewOwner) {
  index.Apply(Served(Environment(3, 1, "three", {{.key = "ser.moving"}})));
  index.Apply(Served(Environment(4, 9, "four", {{.key = "ser.moving"}})));
  index.Apply(Served(Environment(3, 2, "three")));
  EXPECT_EQ(RevisionOf("ser.moving"), 9);
  index.Remove({3});
  EXPECT_EQ(RevisionOf("ser.moving"), 9);
}

}  // namespace
}  // namespace flagstream::replica
