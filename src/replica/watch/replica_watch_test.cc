// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "replica/replica_test_world.h"

namespace flagstream::replica {
namespace {

// Goal: from the writer to the stream of an identity, whatever order threads and messages take:
// what is told can be fetched from every shard, and in the end the newest was told.

using Stamps = std::vector<Stamp>;

class ReplicaWatchTest : public ::testing::Test {
 protected:
  void Start() {
    environment = world.AddEnvironment();
    ASSERT_TRUE(world.replica->Start().ok());
    world.Settle();
  }
  void WriteTrait(size_t shard, const std::string& identifier, const std::string& key, int64_t n) {
    world.replica->shard(shard).WriteTraits(environment, identifier, {{.key = key, .value = n}},
                                            [](const Result<IdentityPtr>&) {});
  }
  // The stamp of an answer from this shard, which may have the identity cached.
  Stamp AnswerOn(size_t shard, const std::string& identifier) {
    Stamp stamp;
    const auto answer = [&](const Result<IdentityPtr>& identity) {
      FLAGSTREAM_ASSERT(identity.ok());
      stamp = AnswerStamp(*world.Find(shard, environment), **identity);
    };
    world.replica->shard(shard).LoadIdentity(environment, identifier, answer);
    world.Settle();
    return stamp;
  }

  ReplicaWorld world;
  EnvironmentId environment;
};

TEST_F(ReplicaWatchTest, ATraitWriteOnOneShardReachesTheStreamOnAnother) {
  Start();
  world.SubscribeIdentity(0, environment, "alice");
  world.SubscribeIdentity(0, environment, "bob");
  world.Subscribe(0, environment);
  world.Settle();
  for (size_t shard = 0; shard < 3; ++shard) AnswerOn(shard, "alice");  // all have it cached
  WriteTrait(2, "alice", "plan", 1);
  world.Settle();
  const Stamps& alice = world.events(environment, "alice");
  ASSERT_EQ(alice.size(), 2U);
  for (size_t shard = 0; shard < 3; ++shard) EXPECT_EQ(AnswerOn(shard, "alice"), alice[1]);
  EXPECT_EQ(world.events(environment, "bob").size(), 1U);
  EXPECT_EQ(world.events(environment).size(), 1U);
  EXPECT_EQ(world.RevisionOn(0, environment), 1);
}

TEST_F(ReplicaWatchTest, AChangeOfTheEnvironmentReachesItsIdentities) {
  Start();
  world.SubscribeIdentity(0, environment, "alice");
  world.SubscribeIdentity(1, environment, "bob");
  WriteTrait(1, "bob", "plan", 1);
  world.Settle();
  const size_t told_to_bob = world.events(environment, "bob").size();
  const bus::Change change = world.Change(environment);
  world.bus.Publish(change);
  world.Settle();
  EXPECT_EQ(world.events(environment, "alice").back(), change.stamp);
  EXPECT_EQ(world.events(environment, "bob").size(), told_to_bob) << "his plan decides";
}

TEST_F(ReplicaWatchTest, StreamsEndWithTheirEnvironment) {
  Start();
  world.SubscribeIdentity(1, environment, "alice");
  world.Settle();
  world.bus.Publish(world.Delete(environment));
  world.Settle();
  const std::string ended = R"(flagstream_streams_ended_total{reason="environment_gone"} 1)";
  EXPECT_NE(world.registry.PrometheusText().find(ended), std::string::npos);
}

// One shard or worker at a time does one thing, in an order drawn from a seed.
class ReplicaWatchScheduleTest : public ReplicaWatchTest,
                                 public ::testing::WithParamInterface<int> {
 protected:
  void Act(Random& random) {
    const auto shard = static_cast<size_t>(random.Between(0, 2));
    const std::string identifier = random.Between(0, 1) == 0 ? "alice" : "bob";
    switch (random.Between(0, 9)) {
      case 0:
        return WriteTrait(shard, identifier, "plan", random.Between(0, 3));
      case 1:
        return WriteTrait(shard, identifier, "colour", random.Between(0, 3));
      case 2:
        return world.bus.Publish(world.Change(environment));
      case 3:
        return world.replica->shard(shard).LoadIdentity(environment, identifier,
                                                        [](const Result<IdentityPtr>&) {});
      case 4:
        if (streams++ < 30) world.SubscribeIdentity(shard, environment, identifier);
        return;
      case 5:
        if (random.Between(0, 3) == 0) {
          world.store.FailCall(random.Between(0, 3), Error::Unavailable("away"));
        }
        return;
      case 6:
        world.clock.Advance(std::chrono::milliseconds(random.Between(0, 100)));
        return;
      default:
        if (random.Between(0, 1) == 0) {
          world.RunWorker();
        } else {
          world.executor(shard).RunOne();
        }
    }
  }

  int streams = 0;
};

TEST_P(ReplicaWatchScheduleTest, KeepsItsPromises) {
  Start();
  world.SubscribeIdentity(0, environment, "alice");
  world.SubscribeIdentity(1, environment, "bob");
  Random random(static_cast<uint64_t>(GetParam()));
  for (int step = 0; step < 2'000; ++step) Act(random);
  world.store.FailCall(1'000'000'000, Error::Unavailable("never"));
  world.AdvanceBy(std::chrono::seconds(12));  // all that failed is tried again
  // One more difference, after which nothing else happens.
  for (const std::string identifier : {"alice", "bob"}) {
    WriteTrait(0, identifier, "plan", 1'000);
    world.Settle();
    EXPECT_EQ(world.events(environment, identifier).back(), AnswerOn(2, identifier));
    EXPECT_EQ(AnswerOn(0, identifier), AnswerOn(1, identifier));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReplicaWatchScheduleTest, ::testing::Range(1, 41));

}  // namespace
}  // namespace flagstream::replica
