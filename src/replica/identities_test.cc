// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "replica/replica.h"
#include "replica/replica_test_world.h"
#include "store/query.h"
#include "store/records.h"

namespace flagstream::replica {
namespace {

// Goal: an identity is read as it was last acknowledged, on every shard, and written only when
// something differs.

using namespace std::string_literals;
using std::chrono::milliseconds;

ReplicaOptions SmallLimits() {
  ReplicaOptions options;
  options.identities = {.per_environment_max = 3, .traits_per_identity_max = 2};
  return options;
}

class IdentitiesTest : public ::testing::Test {
 protected:
  explicit IdentitiesTest(ReplicaOptions options = {}) : world(2, options) {
    environment = world.AddEnvironment();
    FLAGSTREAM_ASSERT(world.replica->Start().ok());
    world.Settle();
  }

  Result<IdentityPtr> Load(size_t shard, const std::string& identifier) {
    std::optional<Result<IdentityPtr>> loaded;
    world.replica->shard(shard).LoadIdentity(
        environment, identifier, [&](const Result<IdentityPtr>& result) { loaded = result; });
    world.Settle();
    FLAGSTREAM_ASSERT(loaded.has_value());
    return *loaded;
  }
  Result<IdentityPtr> Write(size_t shard, const std::string& identifier,
                            std::vector<wire::TraitInput> traits) {
    std::optional<Result<IdentityPtr>> written;
    world.replica->shard(shard).WriteTraits(
        environment, identifier, std::move(traits),
        [&](const Result<IdentityPtr>& result) { written = result; });
    world.Settle();
    FLAGSTREAM_ASSERT(written.has_value());
    return *written;
  }
  Result<int64_t> Increment(const std::string& identifier, const std::string& key, int64_t by) {
    std::optional<Result<int64_t>> sum;
    world.replica->shard(0).IncrementTrait(environment, identifier, key, by,
                                           [&](const Result<int64_t>& result) { sum = result; });
    world.Settle();
    FLAGSTREAM_ASSERT(sum.has_value());
    return *sum;
  }
  static std::string TraitsOf(const IdentityData& identity) {
    std::string text;
    for (const wire::TraitOutput& trait : identity.traits) {
      text += trait.trait.key + '=' + flags::TextOf(trait.trait.value) + ' ';
    }
    return text;
  }
  bus::Change LastPublished() { return world.bus.published.back(); }

  ReplicaWorld world;
  EnvironmentId environment;
};

class SmallIdentitiesTest : public IdentitiesTest {
 protected:
  SmallIdentitiesTest() : IdentitiesTest(SmallLimits()) {}
};

TEST_F(IdentitiesTest, OneThatIsNotStoredHasNoId) {
  const auto loaded = Load(0, "alice");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ((*loaded)->id, 0);
  EXPECT_TRUE((*loaded)->traits.empty());
}

TEST_F(IdentitiesTest, WritingCreatesAndStamps) {
  const auto written = Write(
      0, "alice",
      {{.key = "plan", .value = "pro"s}, {.key = "age", .value = int64_t{41}}, {.key = "gone"}});
  ASSERT_TRUE(written.ok());
  EXPECT_GT((*written)->id, 0);
  EXPECT_EQ(TraitsOf(**written), "plan=pro age=41 ");
  EXPECT_GT((*written)->traits[0].id, 0);
  EXPECT_GT((*written)->stamp, world.Find(0, environment)->environment().stamp);
  EXPECT_EQ((*written)->base_revision, 1);
  EXPECT_EQ(LastPublished().identity, "alice");
  EXPECT_EQ(LastPublished().stamp, (*written)->stamp);
}

TEST_F(IdentitiesTest, CreatingWithoutTraitsHasNoStamp) {
  const auto written = Write(0, "alice", {});
  ASSERT_TRUE(written.ok());
  EXPECT_GT((*written)->id, 0);
  EXPECT_EQ((*written)->stamp, Stamp());
}

// What clients hold of an identity that was deleted is not later than what they are answered next,
// whether it is made again or not.
TEST_F(IdentitiesTest, StampsOfADeletedIdentityDoNotGoBack) {
  const Stamp written = Write(0, "alice", {{.key = "plan", .value = "pro"s}}).value()->stamp;
  world.bus.Publish(world.DeleteIdentity(environment, "alice"));
  world.Settle();
  const IdentityPtr deleted = Load(1, "alice").value();
  EXPECT_EQ(deleted->id, 0);
  EXPECT_GT(deleted->stamp, written);
  EXPECT_EQ(deleted->base_revision, 1);
  EXPECT_EQ(Load(1, "bob").value()->stamp, Stamp());
  const IdentityPtr again = Write(0, "alice", {}).value();
  EXPECT_GT(again->id, 0);
  EXPECT_EQ(again->stamp, deleted->stamp);
  EXPECT_EQ(Load(1, "alice").value()->stamp, deleted->stamp);
  EXPECT_GT(Write(0, "alice", {{.key = "plan", .value = "pro"s}}).value()->stamp, deleted->stamp);
}

TEST_F(IdentitiesTest, TraitWritesLeaveTheEnvironmentAlone) {
  world.Subscribe(0, environment);
  world.Settle();
  const ServedEnvironmentPtr before = world.Find(0, environment);
  for (int64_t i = 0; i < 20; ++i) Write(0, "alice", {{.key = "n", .value = i}}).value();
  world.AdvanceBy(milliseconds(1'500));
  EXPECT_EQ(world.Find(0, environment), before);
  EXPECT_EQ(world.events(environment).size(), 1u);
}

TEST_F(IdentitiesTest, WhatIsAcknowledgedIsReadOnEveryShard) {
  for (int64_t i = 1; i <= 5; ++i) {
    for (size_t shard = 0; shard < 2; ++shard) Load(shard, "alice").value();  // into the caches
    ASSERT_TRUE(Write(0, "alice", {{.key = "n", .value = i}}).ok());
    for (size_t shard = 0; shard < 2; ++shard) {
      EXPECT_EQ(TraitsOf(**Load(shard, "alice")), "n=" + std::to_string(i) + " ");
    }
  }
}

TEST_F(IdentitiesTest, UnchangedTraitsWriteNothing) {
  ASSERT_TRUE(Write(0, "alice", {{.key = "n", .value = int64_t{1}}}).ok());
  Load(0, "alice").value();
  const int64_t calls = world.store.calls();
  const size_t published = world.bus.published.size();
  bool inside = false;
  world.replica->shard(0).WriteTraits(environment, "alice",
                                      {{.key = "n", .value = int64_t{1}}, {.key = "absent"}},
                                      [&](const Result<IdentityPtr>&) { inside = true; });
  EXPECT_TRUE(inside);
  EXPECT_EQ(world.store.calls(), calls);
  EXPECT_EQ(world.bus.published.size(), published);
}

TEST_F(IdentitiesTest, AnotherTypeIsAnotherValue) {
  ASSERT_TRUE(Write(0, "alice", {{.key = "n", .value = int64_t{5}}}).ok());
  const auto written = Write(0, "alice", {{.key = "n", .value = 5.0}});
  EXPECT_EQ(TraitsOf(**written), "n=5.0 ");
  EXPECT_EQ(TraitsOf(**Load(1, "alice")), "n=5.0 ");
}

TEST_F(IdentitiesTest, NullDeletes) {
  Write(0, "alice", {{.key = "a", .value = true}, {.key = "b", .value = 1.5}}).value();
  EXPECT_EQ(TraitsOf(**Write(0, "alice", {{.key = "a"}})), "b=1.5 ");
  EXPECT_EQ(TraitsOf(**Load(1, "alice")), "b=1.5 ");
}

// A read that began before a write must not be what later requests are answered from.
TEST_F(IdentitiesTest, AReadUnderWayDuringAWriteIsNotKept) {
  std::string first;
  world.replica->shard(0).LoadIdentity(
      environment, "alice", [&](const Result<IdentityPtr>& r) { first = TraitsOf(**r); });
  ASSERT_TRUE(world.RunWorker());  // has read, and is on its way to the shard
  bool acknowledged = false;
  world.replica->shard(1).WriteTraits(environment, "alice", {{.key = "n", .value = int64_t{1}}},
                                      [&](const Result<IdentityPtr>&) { acknowledged = true; });
  ASSERT_TRUE(world.RunWorker());
  world.executor(1).RunReady();
  EXPECT_FALSE(acknowledged) << "shard 0 has not forgotten yet";
  world.Settle();
  ASSERT_TRUE(acknowledged);
  EXPECT_EQ(first, "");
  EXPECT_EQ(TraitsOf(**Load(0, "alice")), "n=1 ");
}

TEST_F(IdentitiesTest, OneReadServesAllWhoAskMeanwhile) {
  int answers = 0;
  for (int i = 0; i < 10; ++i) {
    world.replica->shard(0).LoadIdentity(environment, "alice",
                                         [&](const Result<IdentityPtr>&) { ++answers; });
  }
  EXPECT_EQ(world.worker_tasks(), 1u);
  world.Settle();
  EXPECT_EQ(answers, 10);
}

TEST_F(IdentitiesTest, AWriteElsewhereIsForgottenHere) {
  Write(0, "alice", {{.key = "n", .value = int64_t{1}}}).value();
  Load(0, "alice").value();
  const Result<void> elsewhere =
      store::WriteAndWait(world.store, [&](store::Transaction& tx) -> Result<void> {
        FLAGSTREAM_ASSIGN(auto trait, store::FindOne(tx, store::Select<store::Trait>().Where(
                                                             &store::Trait::trait_key, "n"s)));
        trait->value = "2";
        return store::Update(tx, *trait);
      });
  ASSERT_TRUE(elsewhere.ok());
  bool served = false;
  world.replica->WhenServed({{.environment = environment, .identity = "alice"}}, milliseconds(250),
                            world.executor(0), [&] { served = true; });
  EXPECT_FALSE(served);
  world.Settle();
  EXPECT_TRUE(served);
  EXPECT_EQ(TraitsOf(**Load(0, "alice")), "n=2 ");
}

TEST_F(IdentitiesTest, FailuresOfTheStoreAreToldAndLeaveNothingBehind) {
  for (int64_t call = 0; call < 12; ++call) {
    world.store.FailCall(call, Error::Unavailable("away"));
    const auto written = Write(0, "alice", {{.key = "n", .value = call}});
    if (!written) {
      EXPECT_EQ(written.error().code(), ErrorCode::kUnavailable);
    }
    const auto after = Load(1, "alice");
    EXPECT_EQ(TraitsOf(**after) == "n=" + std::to_string(call) + " ", written.ok()) << call;
  }
}

TEST_F(IdentitiesTest, AFailedCommitIsNotAcknowledged) {
  world.store.FailCommit(Error::Unavailable("disk full"));
  EXPECT_EQ(Write(0, "alice", {}).error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ((*Load(0, "alice"))->id, 0);
}

TEST_F(IdentitiesTest, ACreationThatMeetsAnotherIsTriedAgain) {
  world.store.FailCommit(Error(ErrorCode::kConflict, "taken"));
  EXPECT_EQ(TraitsOf(**Write(0, "alice", {{.key = "n", .value = int64_t{1}}})), "n=1 ");
}

TEST_F(IdentitiesTest, FloodedWorkersShedReads) {
  world.workers_refuse = true;
  EXPECT_EQ(Load(0, "alice").error().code(), ErrorCode::kUnavailable);
  world.workers_refuse = false;
  EXPECT_TRUE(Load(0, "alice").ok());
}

TEST_F(IdentitiesTest, IncrementStartsFromZero) {
  EXPECT_EQ(*Increment("alice", "n", 4), 4);
  EXPECT_EQ(*Increment("alice", "n", -1), 3);
  EXPECT_EQ(TraitsOf(**Load(1, "alice")), "n=3 ");
}

TEST_F(IdentitiesTest, IncrementNeedsAnInteger) {
  Write(0, "alice", {{.key = "s", .value = "5"s}, {.key = "n", .value = INT64_MAX}}).value();
  EXPECT_EQ(Increment("alice", "s", 1).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(Increment("alice", "n", 1).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(*Increment("alice", "n", -1), INT64_MAX - 1);
}

TEST_F(IdentitiesTest, OfAnEnvironmentThatIsGoneThereAreNone) {
  world.Delete(environment);
  EXPECT_EQ(Write(0, "alice", {}).error().code(), ErrorCode::kNotFound);
}

TEST_F(SmallIdentitiesTest, TraitsPerIdentityAreBounded) {
  EXPECT_TRUE(Write(0, "a", {{.key = "1", .value = true}, {.key = "2", .value = true}}).ok());
  const auto refused = Write(0, "a", {{.key = "3", .value = true}});
  EXPECT_EQ(refused.error().code(), ErrorCode::kTooLarge);
  EXPECT_NE(world.registry.PrometheusText().find(
                R"(flagstream_limit_refusals_total{limit="traits_per_identity"} 1)"),
            std::string::npos);
  EXPECT_EQ(TraitsOf(**Load(0, "a")), "1=True 2=True ");
  EXPECT_TRUE(Write(0, "a", {{.key = "1"}, {.key = "3", .value = true}}).ok());
}

TEST_F(SmallIdentitiesTest, IdentitiesPerEnvironmentAreBounded) {
  for (const char* identifier : {"a", "b", "c"}) EXPECT_TRUE(Write(0, identifier, {}).ok());
  EXPECT_EQ(Write(0, "d", {}).error().code(), ErrorCode::kTooLarge);
  EXPECT_TRUE(Write(0, "a", {{.key = "n", .value = true}}).ok());
  EXPECT_NE(world.registry.PrometheusText().find(
                R"(flagstream_limit_refusals_total{limit="identities_per_environment"} 1)"),
            std::string::npos);
}

TEST(AnswerStampTest, IsTheIdentitysOnlyIfTheSnapshotHasItsBase) {
  flags::Environment environment;
  environment.revision = 5;
  environment.stamp = Stamp::RoundUp(1'000'000);
  const ServedEnvironment served(environment);
  const Stamp later = environment.stamp.Next();
  EXPECT_EQ(AnswerStamp(served, {}), environment.stamp);
  EXPECT_EQ(AnswerStamp(served, {.stamp = later, .base_revision = 5}), later);
  EXPECT_EQ(AnswerStamp(served, {.stamp = later, .base_revision = 4}), later);
  EXPECT_EQ(AnswerStamp(served, {.stamp = later, .base_revision = 6}), environment.stamp);
  EXPECT_EQ(AnswerStamp(served, {.stamp = Stamp::RoundUp(1), .base_revision = 5}),
            environment.stamp);
}

}  // namespace
}  // namespace flagstream::replica
