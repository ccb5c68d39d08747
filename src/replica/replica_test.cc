// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "replica/replica_test_world.h"
#include "wire/sse.h"

namespace flagstream::replica {
namespace {

// Goal: whatever is slow, lost or broken, no event precedes its data on any shard, no older data
// overtakes newer data, and in the end every shard holds what the store has.

using std::chrono::milliseconds;

const Error kAway = Error::Unavailable("the database is away");

class ReplicaTest : public ::testing::Test {
 protected:
  void Start() {
    ASSERT_TRUE(world.replica->Start().ok());
    world.Settle();
  }
  void ExpectEverywhere(EnvironmentId id, int64_t revision) {
    for (size_t shard = 0; shard < world.shard_count(); ++shard) {
      EXPECT_EQ(world.RevisionOn(shard, id), revision) << "on shard " << shard;
    }
  }
  // Whether all shards hold the change now. A wait that is not over yet ends after this returns.
  bool IsServed(const bus::Change& change) {
    const auto called = std::make_shared<bool>(false);
    world.replica->WhenServed({change}, milliseconds(250), world.executor(0),
                              [called] { *called = true; });
    world.executor(0).RunReady();
    return *called;
  }

  ReplicaWorld world;
};

TEST_F(ReplicaTest, StartServesEverythingOnEveryShard) {
  const EnvironmentId one = world.AddEnvironment();
  const EnvironmentId two = world.AddEnvironment();
  ASSERT_TRUE(world.replica->Start().ok());
  EXPECT_FALSE(world.replica->IsReady());
  world.Settle();
  EXPECT_TRUE(world.replica->IsReady());
  ExpectEverywhere(one, 1);
  ExpectEverywhere(two, 1);
}

TEST_F(ReplicaTest, AnEmptyStoreIsReadyAtOnce) {
  Start();
  EXPECT_TRUE(world.replica->IsReady());
}

TEST_F(ReplicaTest, StartFailsWhenTheStoreIsAway) {
  world.AddEnvironment();
  world.store.FailCall(0, kAway);
  EXPECT_EQ(world.replica->Start().error().code(), ErrorCode::kUnavailable);
  EXPECT_FALSE(world.replica->IsReady());
}

TEST_F(ReplicaTest, AStreamBeginsWithTheNewestReleasedStamp) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.Subscribe(0, id);
  world.Settle();
  EXPECT_EQ(world.events(id), std::vector{world.Find(0, id)->stamp_text});
}

TEST_F(ReplicaTest, NoEventBeforeTheSlowestShardHasTheData) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  for (size_t shard = 0; shard < 3; ++shard) world.Subscribe(shard, id);
  world.Settle();
  const bus::Change change = world.Change(id);
  world.bus.Publish(change);
  ASSERT_TRUE(world.RunWorker());
  for (size_t slow : {2, 1, 0}) {
    EXPECT_EQ(world.events(id).size(), 3u);
    // All that this shard has to do; the others stand still.
    world.executor(slow).RunReady();
    EXPECT_EQ(world.RevisionOn(slow, id), change.revision);
  }
  world.Settle();
  EXPECT_EQ(world.events(id).size(), 6u);
  EXPECT_EQ(world.events(id).back(), wire::StampText(change.stamp));
}

TEST_F(ReplicaTest, AStreamThatJoinsDuringAHandOverIsToldTheOldStampFirst) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const std::string old_stamp = world.Find(0, id)->stamp_text;
  const bus::Change change = world.Change(id);
  world.bus.Publish(change);
  world.RunWorker();
  world.executor(0).RunReady();
  world.executor(1).RunReady();
  world.Subscribe(0, id);
  EXPECT_EQ(world.events(id), std::vector{old_stamp});
  world.Settle();
  EXPECT_EQ(world.events(id), (std::vector{old_stamp, wire::StampText(change.stamp)}));
}

TEST_F(ReplicaTest, ChangesDuringALoadCauseOneMore) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.bus.Publish(world.Change(id));
  ASSERT_EQ(world.worker_tasks(), 1u);
  world.RunWorker();
  for (int i = 0; i < 10; ++i) world.bus.Publish(world.Change(id));
  EXPECT_EQ(world.worker_tasks(), 0u) << "a load began while another was being handed over";
  for (size_t shard = 0; shard < 3; ++shard) world.executor(shard).RunReady();
  EXPECT_EQ(world.worker_tasks(), 1u);
  world.Settle();
  ExpectEverywhere(id, 12);
}

TEST_F(ReplicaTest, AChangeThatTheLoadAlreadySawCausesNoMore) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const bus::Change first = world.Change(id);
  const bus::Change second = world.Change(id);
  world.bus.Publish(first);
  world.bus.Publish(second);
  world.RunWorker();
  for (size_t shard = 0; shard < 3; ++shard) world.executor(shard).RunReady();
  EXPECT_EQ(world.worker_tasks(), 0u);
  ExpectEverywhere(id, second.revision);
  world.bus.Publish(first);
  world.bus.Publish(second);
  EXPECT_EQ(world.worker_tasks(), 0u);
}

TEST_F(ReplicaTest, ARevisionWithoutAStampIsServedAndTellsNobody) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.Subscribe(0, id);
  world.Settle();
  const bus::Change change = world.Revise(id);
  world.bus.Publish(change);
  world.Settle();
  ExpectEverywhere(id, change.revision);
  EXPECT_EQ(world.events(id).size(), 1u);
}

TEST_F(ReplicaTest, WithoutRealtimeNothingIsOfferedUntilItIsOnAgain) {
  const EnvironmentId id = world.AddEnvironment();
  world.SetRealtime(id, false);
  Start();
  world.Subscribe(0, id);
  world.bus.Publish(world.Change(id));
  world.Settle();
  EXPECT_TRUE(world.events(id).empty());
  world.SetRealtime(id, true);
  world.bus.Publish(world.Change(id));
  world.Settle();
  EXPECT_EQ(world.events(id).size(), 1u);
}

TEST_F(ReplicaTest, CatchUpRepairsWhatTheBusLost) {
  const EnvironmentId changed = world.AddEnvironment();
  const EnvironmentId deleted = world.AddEnvironment();
  Start();
  world.bus.loses = true;
  world.bus.Publish(world.Change(changed));
  world.bus.Publish(world.Delete(deleted));
  const EnvironmentId added = world.AddEnvironment();
  world.Settle();
  ExpectEverywhere(changed, 1);
  world.AdvanceBy(milliseconds(1'300));
  ExpectEverywhere(changed, 2);
  ExpectEverywhere(added, 1);
  ExpectEverywhere(deleted, 0);
}

TEST_F(ReplicaTest, CatchUpGoesOnWhenTheStoreWasAway) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.bus.loses = true;
  world.Change(id);
  world.store.FailCall(0, kAway);
  world.AdvanceBy(milliseconds(1'300));
  EXPECT_FALSE(world.replica->IsStoreReachable());
  EXPECT_TRUE(world.replica->IsReady());
  world.AdvanceBy(milliseconds(1'300));
  EXPECT_TRUE(world.replica->IsStoreReachable());
  ExpectEverywhere(id, 2);
}

TEST_F(ReplicaTest, ALoadThatFailsIsTriedAgainWhicheverCallFails) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  for (int64_t call = 0; call < 9; ++call) {
    const bus::Change change = world.Change(id);
    world.store.FailCall(call, kAway);
    world.bus.Publish(change);
    world.Settle();
    world.AdvanceBy(milliseconds(100));
    ExpectEverywhere(id, change.revision);
    EXPECT_TRUE(IsServed(change));
  }
}

TEST_F(ReplicaTest, RefusedByTheWorkersItTriesAgain) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.workers_refuse = true;
  world.bus.Publish(world.Change(id));
  world.AdvanceBy(milliseconds(500));
  ExpectEverywhere(id, 1);
  world.workers_refuse = false;
  world.AdvanceBy(milliseconds(1'500));
  ExpectEverywhere(id, 2);
}

TEST_F(ReplicaTest, IsNotReadyWhileItKnowsOfAChangeItCannotGet) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const bus::Change change = world.Change(id);
  world.workers_refuse = true;
  world.bus.Publish(change);
  world.AdvanceBy(milliseconds(1'900));
  EXPECT_TRUE(world.replica->IsReady());
  world.AdvanceBy(milliseconds(200));
  EXPECT_FALSE(world.replica->IsReady());
  world.workers_refuse = false;
  world.AdvanceBy(milliseconds(6'100));
  EXPECT_TRUE(world.replica->IsReady());
}

TEST_F(ReplicaTest, ADeletedEnvironmentIsGoneEverywhereAndItsWaitersAreTold) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const bus::Change change = world.Delete(id);
  world.bus.Publish(change);
  EXPECT_FALSE(IsServed(change));
  bool told = false;
  world.replica->WhenServed({change}, milliseconds(250), world.executor(1), [&] { told = true; });
  world.Settle();
  EXPECT_TRUE(told);
  ExpectEverywhere(id, 0);
}

TEST_F(ReplicaTest, AnOlderRevisionInTheStoreIsAnotherHistory) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  for (int i = 0; i < 5; ++i) world.bus.Publish(world.Change(id));
  world.Settle();
  ExpectEverywhere(id, 6);
  world.SetRevision(id, 3);
  world.AdvanceBy(milliseconds(1'300));
  ExpectEverywhere(id, 3);
  world.bus.Publish(world.Change(id));
  world.Settle();
  ExpectEverywhere(id, 4);
}

TEST_F(ReplicaTest, AFalseRevisionOnTheBusEndsWithWhatTheStoreHas) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  world.bus.Publish({.environment = id, .revision = 1'000'000});
  world.bus.Publish({.environment = EnvironmentId{999}, .revision = 1});
  world.Settle();
  EXPECT_EQ(world.worker_tasks(), 0u);
  ExpectEverywhere(id, 1);
  world.bus.Publish(world.Change(id));
  world.Settle();
  ExpectEverywhere(id, 2);
}

// Read your writes: who waits for WhenServed reads new data on any shard.
TEST_F(ReplicaTest, WhenServedMeansEveryShardAnswersIt) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const bus::Change change = world.Change(id);
  world.bus.loses = true;
  world.bus.Publish(change);
  bool told = false;
  world.replica->WhenServed({change}, milliseconds(250), world.executor(1), [&] {
    told = true;
    ExpectEverywhere(id, change.revision);
  });
  EXPECT_FALSE(told);
  world.Settle();
  EXPECT_TRUE(told);
}

// Who waits for WhenServed and then opens a stream is told that change first, not the one before.
TEST_F(ReplicaTest, AStreamOpenedWhenServedBeginsWithTheChange) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  for (size_t shard = 0; shard < world.shard_count(); ++shard) {
    const bus::Change change = world.Change(id);
    std::optional<std::string> first;
    world.replica->WhenServed({change}, milliseconds(250), world.executor(shard), [&] {
      const size_t before = world.events(id).size();
      world.Subscribe(shard, id);
      if (world.events(id).size() == before + 1) first = world.events(id).back();
    });
    world.Settle();
    EXPECT_EQ(first, wire::StampText(change.stamp)) << "on shard " << shard;
  }
}

TEST_F(ReplicaTest, WhenServedIsAtOnceIfNothingIsMissing) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  EXPECT_TRUE(IsServed({.environment = id, .revision = 1}));
  bool told = false;
  world.replica->WhenServed({}, milliseconds(250), world.executor(0), [&] { told = true; });
  EXPECT_FALSE(told) << "called inside the call";
  world.executor(0).RunReady();
  EXPECT_TRUE(told);
}

TEST_F(ReplicaTest, WhenServedEndsWithItsPatience) {
  const EnvironmentId id = world.AddEnvironment();
  Start();
  const bus::Change change = world.Change(id);
  int told = 0;
  world.workers_refuse = true;
  world.replica->WhenServed({change}, milliseconds(250), world.executor(0), [&] { ++told; });
  world.AdvanceBy(milliseconds(240));
  EXPECT_EQ(told, 0);
  world.AdvanceBy(milliseconds(20));
  EXPECT_EQ(told, 1);
  world.workers_refuse = false;
  world.AdvanceBy(milliseconds(6'000));
  EXPECT_EQ(told, 1);
}

// A schedule drawn from a seed: changes, lost messages, failing stores, shards and workers in any
// order. ReplicaWorld checks each event; here what is held never goes back, and after quiet all
// shards hold what the store has and every stream was told the newest stamp.
class ReplicaScheduleTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(ReplicaScheduleTest, KeepsItsPromises) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Random random(GetParam());
  ReplicaWorld world;
  std::vector<EnvironmentId> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(world.AddEnvironment());
  ASSERT_TRUE(world.replica->Start().ok());
  world.Settle();
  for (const EnvironmentId id : ids) {
    for (size_t shard = 0; shard < 3; ++shard) world.Subscribe(shard, id);
  }

  std::map<std::pair<size_t, EnvironmentId>, int64_t> seen;
  std::map<EnvironmentId, bus::Change> newest;
  for (int step = 0; step < 1'000; ++step) {
    const EnvironmentId id = ids[static_cast<size_t>(random.Between(0, 2))];
    switch (random.Between(0, 9)) {
      case 0:
      case 1:
        newest[id] = world.Change(id);
        world.bus.loses = random.Between(0, 3) == 0;
        world.bus.Publish(newest[id]);
        break;
      case 2:
        world.store.FailCall(random.Between(0, 20), kAway);
        break;
      case 3:
        world.clock.Advance(milliseconds(random.Between(1, 300)));
        break;
      case 4:
        world.clock.SetWall(world.clock.NowMicros() - random.Between(0, 5'000'000));
        break;
      case 5:
      case 6:
        world.RunWorker();
        break;
      default: {
        auto& executor = world.executor(static_cast<size_t>(random.Between(0, 2)));
        for (int64_t turns = random.Between(1, 5); turns > 0; --turns) executor.RunOne();
      }
    }
    for (size_t shard = 0; shard < 3; ++shard) {
      for (const EnvironmentId one : ids) {
        int64_t& before = seen[{shard, one}];
        ASSERT_GE(world.RevisionOn(shard, one), before) << "older data overtook newer data";
        before = world.RevisionOn(shard, one);
      }
    }
  }

  world.store.FailCall(1'000'000, kAway);
  world.bus.loses = false;
  world.AdvanceBy(milliseconds(7'500));
  for (const auto& [id, change] : newest) {
    for (size_t shard = 0; shard < 3; ++shard) {
      EXPECT_EQ(world.RevisionOn(shard, id), change.revision);
    }
    const std::string last = wire::StampText(change.stamp);
    EXPECT_EQ(std::ranges::count(world.events(id), last), 3);
  }
  EXPECT_TRUE(world.replica->IsReady());
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReplicaScheduleTest, ::testing::Range<uint64_t>(1, 41));

}  // namespace
}  // namespace flagstream::replica
