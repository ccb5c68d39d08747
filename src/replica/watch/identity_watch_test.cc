// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/identity_watch.h"

#include <gtest/gtest.h>

#include "replica/watch/watch_test_world.h"

namespace flagstream::replica {
namespace {

// Goal: streams of an identity hear of what changes for it, of nothing else, in bounded work, and
// never of what they cannot fetch yet.

using std::chrono::milliseconds;
using Stamps = std::vector<Stamp>;
using Client = WatchWorld::Client;

const Error kAway = Error::Unavailable("the database is away");

class IdentityWatchTest : public ::testing::Test {
 protected:
  // An environment that is served.
  void Start() {
    world.Serve();
    world.Settle();
  }
  void WriteTrait(const std::string& identifier, const std::string& key, std::string value) {
    world.Tell(world.SetTrait(identifier, key, std::move(value)));
  }
  Stamp Answer(const std::string& identifier) { return world.AnswerStampOf(identifier); }

  WatchWorld world;
};

// ---- What is told

TEST_F(IdentityWatchTest, TheFirstEventHasTheStampOfAnAnswer) {
  Start();
  const Client& stranger = world.Open(0, "alice");
  world.Settle();
  EXPECT_EQ(stranger.events, Stamps{Answer("alice")});

  world.SetTrait("bob", "plan", "pro");
  const Client& bob = world.Open(1, "bob");
  world.Settle();
  EXPECT_EQ(bob.events, Stamps{Answer("bob")});
  EXPECT_GT(bob.events[0], stranger.events[0]);
}

TEST_F(IdentityWatchTest, ATraitWriteThatMakesADifferenceReachesThatIdentityAlone) {
  Start();
  const Client& alice = world.Open(0, "alice");
  const Client& also_alice = world.Open(1, "alice");
  const Client& bob = world.Open(0, "bob");
  world.Settle();
  const Stamp before = Answer("alice");
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  EXPECT_EQ(alice.events, (Stamps{before, Answer("alice")}));
  EXPECT_EQ(also_alice.events, alice.events);
  EXPECT_EQ(bob.events.size(), 1U);
}

TEST_F(IdentityWatchTest, ATraitWriteThatMakesNoneIsSilent) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  WriteTrait("alice", "colour", "blue");
  world.Settle();
  EXPECT_EQ(alice.events.size(), 1U);
  EXPECT_EQ(world.evaluations, 2U);
  // Who comes now is told the stamp that a fetch has now.
  const Client& late = world.Open(1, "alice");
  EXPECT_EQ(late.events, Stamps{Answer("alice")});
  EXPECT_GT(late.events[0], alice.events[0]);
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  EXPECT_EQ(alice.events.back(), Answer("alice"));
  EXPECT_EQ(late.events.back(), Answer("alice"));
  EXPECT_EQ(late.events.size(), 2U);
}

TEST_F(IdentityWatchTest, AChangeOfTheEnvironmentReachesThoseForWhomItMakesADifference) {
  Start();
  world.Tell(world.SetTrait("alice", "plan", "pro"));  // so the default is nothing to her
  const Client& alice = world.Open(0, "alice");
  const Client& bob = world.Open(1, "bob");
  world.Settle();
  world.ChangeEnvironment("new");
  world.Serve();
  world.Settle();
  EXPECT_EQ(alice.events.size(), 1U);
  EXPECT_EQ(bob.events.size(), 2U);
  EXPECT_EQ(bob.events.back(), Answer("bob"));
  EXPECT_EQ(world.Open(0, "alice").events, Stamps{Answer("alice")});
}

TEST_F(IdentityWatchTest, ADeletedIdentityIsADifference) {
  Start();
  world.SetTrait("alice", "plan", "pro");
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  world.ChangeEnvironment();  // its stamp is above all that the identity had
  world.Serve();
  world.Settle();
  EXPECT_EQ(alice.events.size(), 1U);
  world.ChangeEnvironment();
  world.Tell(world.DeleteIdentity("alice"));
  world.Serve();
  world.Settle();
  EXPECT_EQ(alice.events.size(), 2U);
}

// What is told of a deletion is what a fetch has then, however often the client connects, and
// whoever has the name next goes on from there.
TEST_F(IdentityWatchTest, ADeletedIdentityKeepsItsStamp) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  world.Tell(world.DeleteIdentity("alice"));
  world.Settle();
  ASSERT_EQ(alice.events.size(), 3U);
  EXPECT_EQ(alice.events.back(), Answer("alice"));
  EXPECT_EQ(world.Open(1, "alice").events, Stamps{Answer("alice")});
  WriteTrait("alice", "plan", "max");
  world.Settle();
  EXPECT_EQ(alice.events.size(), 4U);
  EXPECT_EQ(alice.events.back(), Answer("alice"));
}

// ---- Data before notice

TEST_F(IdentityWatchTest, AStampOnARevisionThatIsNotServedYetWaitsForIt) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  world.ChangeEnvironment("new");  // committed, and on its way to the shards
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  EXPECT_EQ(alice.events.size(), 1U);
  world.Serve();
  world.Settle();
  EXPECT_EQ(alice.events.size(), 2U);
  EXPECT_EQ(alice.events.back(), Answer("alice"));
}

TEST_F(IdentityWatchTest, AnEventWaitsUntilTheSlowestShardForgotWhatIsOlder) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  WriteTrait("alice", "plan", "pro");
  ASSERT_TRUE(world.RunWorker());
  world.executor(0).RunReady();
  EXPECT_EQ(alice.events.size(), 1U);
  world.executor(1).RunReady();
  world.executor(0).RunReady();
  EXPECT_EQ(alice.events.size(), 2U);
}

TEST_F(IdentityWatchTest, BeforeTheEnvironmentIsServedStreamsWait) {
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  EXPECT_EQ(world.evaluations, 0U);
  Start();
  EXPECT_EQ(alice.events, Stamps{Answer("alice")});
}

TEST_F(IdentityWatchTest, WithoutRealtimeNothingIsEvaluatedUntilItIsOnAgain) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  world.SetRealtime(false);
  world.ChangeEnvironment("new");
  world.Serve();
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  EXPECT_EQ(world.evaluations, 1U);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
  world.SetRealtime(true);
  world.ChangeEnvironment();
  world.Serve();
  world.Settle();
  EXPECT_EQ(alice.events.size(), 2U);
}

// ---- Bounds

TEST_F(IdentityWatchTest, AStormOfWritesCostsTwoEvaluationsAWorkersTurn) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  for (int i = 0; i < 1'000; ++i) WriteTrait("alice", "plan", std::to_string(i));
  EXPECT_EQ(world.worker_tasks(), 1U);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 1);
  world.RunWorker();  // its event waits for the shards
  for (int i = 0; i < 1'000; ++i) WriteTrait("alice", "plan", std::to_string(i) + "!");
  EXPECT_EQ(world.worker_tasks(), 0U);
  world.Settle();
  EXPECT_EQ(world.evaluations, 3U);
  EXPECT_EQ(alice.events.back(), Answer("alice"));
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
}

TEST_F(IdentityWatchTest, WritesToIdentitiesWithoutStreamsCostNothing) {
  Start();
  world.Open(0, "alice");
  world.Settle();
  for (int i = 0; i < 100; ++i) WriteTrait("bob" + std::to_string(i), "plan", "pro");
  EXPECT_EQ(world.worker_tasks(), 0U);
  EXPECT_EQ(world.evaluations, 1U);
}

TEST_F(IdentityWatchTest, WhatIsHeldGoesWithTheLastStream) {
  Start();
  Client& one = world.Open(0, "alice");
  Client& two = world.Open(1, "alice");
  EXPECT_EQ(world.Metric("flagstream_identities_watched"), 1);
  EXPECT_EQ(world.Metric("flagstream_identity_streams_open"), 2);
  world.Close(one);
  EXPECT_EQ(world.Metric("flagstream_identities_watched"), 1);
  world.Close(two);
  EXPECT_EQ(world.Metric("flagstream_identities_watched"), 0);
  EXPECT_EQ(world.Metric("flagstream_identity_streams_open"), 0);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
  world.Settle();
  EXPECT_EQ(world.evaluations, 0U);
}

TEST_F(IdentityWatchTest, AStreamThatLeavesDuringItsEvaluationIsNotMissed) {
  Start();
  Client& alice = world.Open(0, "alice");
  world.RunWorker();
  world.Close(alice);
  world.Settle();
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
  EXPECT_EQ(world.Metric("flagstream_identities_watched"), 0);
}

// Goal: an environment with many does not keep the worker from others, nor one identity waiting.
TEST(IdentityWatchBatchTest, ManyIdentitiesAreTakenInBatchesInWhichSingleOnesHaveTheirPlace) {
  WatchWorld world(1, {.batch_max = 10});
  world.Serve();
  std::vector<const Client*> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(&world.Open(0, "user" + std::to_string(i)));
  world.Settle();
  EXPECT_EQ(world.evaluations, 100U);
  world.ChangeEnvironment("new");
  world.Serve();
  world.RunWorker();
  EXPECT_EQ(world.evaluations, 110U);
  const Client& single = world.Open(0, "single");
  world.RunWorker();
  world.executor(0).RunReady();
  EXPECT_EQ(single.events.size(), 1U);
  world.Settle();
  for (const Client* client : clients) EXPECT_EQ(client->events.size(), 2U) << client->identifier;
}

// Goal: changes of the environment that come faster than all its identities can be looked at starve
// none of them.
TEST(IdentityWatchBatchTest, EndlessChangesStarveNobody) {
  WatchWorld world(1, {.batch_max = 10});
  world.Serve();
  std::vector<const Client*> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(&world.Open(0, "user" + std::to_string(i)));
  world.Settle();
  for (int turn = 0; turn < 6; ++turn) {
    world.ChangeEnvironment("new " + std::to_string(turn));
    world.Serve();
    world.RunWorker();
    world.executor(0).RunReady();
  }
  for (const Client* client : clients) EXPECT_GE(client->events.size(), 2U) << client->identifier;
}

// ---- What fails

TEST_F(IdentityWatchTest, AnEvaluationThatFailsIsTriedAgain) {
  Start();
  const Client& alice = world.Open(0, "alice");
  world.Settle();
  const bus::Change change = world.SetTrait("alice", "plan", "pro");
  // Whichever call to the store fails.
  for (int64_t call = 0; call < 2; ++call) {
    world.store.FailCall(call, kAway);
    world.Tell(change);
    world.RunWorker();
    EXPECT_EQ(world.worker_tasks(), 0U) << "tried again at once";
    world.AdvanceBy(milliseconds(200));
  }
  EXPECT_EQ(alice.events.back(), Answer("alice"));
  EXPECT_EQ(world.Metric("flagstream_identity_evaluation_failures_total"), 2);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
}

TEST_F(IdentityWatchTest, TriesAreSpacedWhileTheStoreIsAway) {
  Start();
  world.Open(0, "alice");
  for (int i = 0; i < 1'000; ++i) {
    world.store.FailCall(0, kAway);
    world.AdvanceBy(milliseconds(10));
  }
  const double tries = world.Metric("flagstream_identity_evaluation_failures_total");
  EXPECT_GE(tries, 5);
  EXPECT_LE(tries, 12);  // in ten seconds: 50 ms doubled up to 5 s
}

TEST_F(IdentityWatchTest, DataThatCannotBeReadKeepsNobodyElseWaiting) {
  Start();
  world.Open(0, "alice");
  const Client& bob = world.Open(0, "bob");
  world.store.FailCall(0, Error(ErrorCode::kCorrupt, "a page is damaged"));
  world.Settle();
  EXPECT_EQ(bob.events.size(), 1U);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluation_failures_total"), 1);
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
}

TEST_F(IdentityWatchTest, WorkersWithTooMuchToDoAreAskedAgain) {
  Start();
  world.workers_refuse = true;
  const Client& alice = world.Open(0, "alice");
  world.AdvanceBy(milliseconds(300));
  world.workers_refuse = false;
  world.AdvanceBy(milliseconds(1'000));
  EXPECT_EQ(alice.events.size(), 1U);
}

// Goal: an outage does not pile up what clients that came and went would have had.
TEST_F(IdentityWatchTest, ThoseWhoLeaveDuringAnOutageAreForgotten) {
  Start();
  world.workers_refuse = true;
  for (int i = 0; i < 100; ++i) world.Close(world.Open(0, "user" + std::to_string(i)));
  EXPECT_EQ(world.Metric("flagstream_identity_evaluations_pending"), 0);
  EXPECT_EQ(world.Metric("flagstream_identities_watched"), 0);
  world.workers_refuse = false;
  world.AdvanceBy(milliseconds(1'000));
  EXPECT_EQ(world.evaluations, 0U);
}

// ---- The environment goes

TEST_F(IdentityWatchTest, StreamsEndWithTheirEnvironment) {
  Start();
  Client& alice = world.Open(0, "alice");
  const Client& bob = world.Open(1, "bob");
  world.Settle();
  world.Remove();
  world.Settle();
  EXPECT_TRUE(alice.ended);
  EXPECT_TRUE(bob.ended);
  WriteTrait("alice", "plan", "pro");
  world.Settle();
  EXPECT_EQ(world.evaluations, 2U);
  // It comes back, as after a restore: who joins is told anew.
  world.Serve();
  const Client& again = world.Open(0, "alice");
  world.Settle();
  EXPECT_EQ(again.events, Stamps{Answer("alice")});
  EXPECT_EQ(alice.events.size(), 1U);
}

TEST_F(IdentityWatchTest, AfterStopNothingBegins) {
  Start();
  world.Open(0, "alice");
  world.Settle();
  world.watch->Stop();
  WriteTrait("alice", "plan", "pro");
  EXPECT_EQ(world.worker_tasks(), 0U);
}

}  // namespace
}  // namespace flagstream::replica
