// SPDX-License-Identifier: Apache-2.0
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Goal: a stream that goes on in another hub is told what it would have been told in the first, and
// its client cannot tell the difference.
class HubMoveTest : public HubTest {
 protected:
  ~HubMoveTest() override { next_.reset(); }

  Hub& next() {
    if (next_ == nullptr)
      next_ = std::make_unique<Hub>(options_, shard_, clock_, Random(2), next_registry_);
    return *next_;
  }
  void OfferNext(int64_t n, std::string_view channel = "1") {
    next().Offer(channel, MakeFrame(StampAt(n), clock_.NowMicros()));
  }

  // Everything there is, to the next hub, which knows the channels' newest already.
  void Move() {
    std::vector<std::pair<MovedStream, std::unique_ptr<Sink>>> moved;
    hub().MoveOut([&](MovedStream stream, std::unique_ptr<Sink> sink) {
      moved.emplace_back(std::move(stream), std::move(sink));
    });
    EXPECT_EQ(hub().stream_count(), 0U);
    shard_.RunReady();
    DestroyHub();
    // Last in, first out: the order of the connections again.
    for (auto entry = moved.rbegin(); entry != moved.rend(); ++entry) {
      Sink* const sink = entry->second.get();
      Subscriber& subscriber = next().MoveIn(std::move(entry->first), std::move(entry->second));
      for (FakeConnection& connection : connections_)
        if (connection.IsOf(*sink)) connection.SetSubscriber(subscriber);
    }
    shard_.RunReady();
  }

  telemetry::Registry next_registry_;

 private:
  std::unique_ptr<Hub> next_;
};

TEST_F(HubMoveTest, WhoWasToldIsToldOnlyWhatIsNewer) {
  FakeConnection& told = Join();
  OfferAndRun(1);
  OfferNext(1);
  Move();
  EXPECT_EQ(told.Received().stamps, std::vector{TextAt(1)});
  OfferNext(2);
  shard_.RunReady();
  EXPECT_EQ(told.Received().stamps, (std::vector{TextAt(1), TextAt(2)}));
}

TEST_F(HubMoveTest, WhatCameMeanwhileIsToldAtOnce) {
  FakeConnection& told = Join();
  FakeConnection& never_told = Join("2");
  OfferAndRun(1);
  OfferNext(2);
  OfferNext(3, "2");
  Move();
  EXPECT_EQ(told.Received().stamps, (std::vector{TextAt(1), TextAt(2)}));
  EXPECT_EQ(never_told.Received().stamps, std::vector{TextAt(3)});
}

TEST_F(HubMoveTest, AnEventUnderWayIsFinished) {
  FakeConnection& slow = Join();
  slow.room = 10;
  OfferAndRun(1);
  OfferNext(3);
  Move();
  EXPECT_EQ(slow.bytes().size(), 10U);
  slow.DrainAll();
  shard_.RunReady();
  EXPECT_EQ(slow.Received().stamps, (std::vector{TextAt(1), TextAt(3)}));
}

TEST_F(HubMoveTest, WhoNeedsWholeEventsIsSentACutOneOnceMore) {
  StreamTerms terms = kForEver;
  terms.needs_whole_events = true;
  FakeConnection& slow = Join("1", terms);
  slow.room = 10;
  OfferAndRun(1);
  OfferNext(1);
  Move();
  slow.DrainAll();
  shard_.RunReady();
  EXPECT_EQ(slow.Received().stamps, (std::vector{TextAt(1), TextAt(1)}));
}

TEST_F(HubMoveTest, ItsAgeGoesOn) {
  FakeConnection& aging = Join("1", {.age_max = seconds(30), .age_jitter = 0});
  FakeConnection& ageless = Join();
  AdvanceBy(seconds(20));
  Move();
  AdvanceBy(seconds(9));
  EXPECT_FALSE(aging.IsFinished());
  AdvanceBy(seconds(2));
  EXPECT_TRUE(aging.IsFinished());
  EXPECT_TRUE(aging.Received().has_ended);
  AdvanceBy(std::chrono::hours(24));
  EXPECT_FALSE(ageless.IsFinished());
}

TEST_F(HubMoveTest, ARepeatThatIsOwedIsSent) {
  StreamTerms terms = kForEver;
  terms.is_repeat_free = true;
  FakeConnection& told = Join("1", terms);
  OfferAndRun(1);
  OfferNext(1);
  Move();
  AdvanceBy(seconds(6));
  EXPECT_EQ(told.Received().stamps, (std::vector{TextAt(1), TextAt(1)}));
}

TEST_F(HubMoveTest, OneThatEndsAfterAChangeEndsAfterTheNext) {
  StreamTerms terms = kForEver;
  terms.ends_after_change = true;
  FakeConnection& told = Join("1", terms);
  FakeConnection& slow = Join("1", terms);
  OfferAndRun(1);
  slow.room = 10;
  OfferAndRun(2);
  EXPECT_TRUE(told.IsFinished());
  OfferNext(2);
  Move();
  slow.DrainAll();
  shard_.RunReady();
  EXPECT_TRUE(slow.IsFinished());
  EXPECT_EQ(slow.Received().stamps, (std::vector{TextAt(1), TextAt(2)}));
}

TEST_F(HubMoveTest, StreamsWithoutAChannelAreToldNothing) {
  FakeConnection& idle = NewConnection();
  idle.SetSubscriber(hub().JoinIdle(idle.MakeSink(), kForEver));
  Move();
  EXPECT_EQ(next().channel_count(), 0U);
  AdvanceBy(seconds(40));
  EXPECT_EQ(idle.Received().comments, 2U);
}

TEST_F(HubMoveTest, InAPassingChannelOnlyWhatIsNewerIsTold) {
  for (const int64_t first : {1, 2}) {
    FakeConnection& told = NewConnection();
    told.SetSubscriber(hub().JoinPassing("i1", MakeFrame(StampAt(1)), told.MakeSink(), kForEver));
    shard_.RunReady();
    hub().MoveOut([&](MovedStream stream, std::unique_ptr<Sink> sink) {
      stream.channel = "i7";  // which the next process has for it
      told.SetSubscriber(
          next().MoveInPassing(std::move(stream), MakeFrame(StampAt(first)), std::move(sink)));
    });
    shard_.RunReady();
    EXPECT_EQ(told.NewestStamp(), TextAt(first));
    EXPECT_EQ(told.Received().stamps.size(), static_cast<size_t>(first));
    told.Close();
    shard_.RunReady();
    EXPECT_EQ(next().channel_count(), 0U);
  }
}

TEST_F(HubMoveTest, WhoKnowsMoreThanItsNextChannelIsToldOnlyWhatIsNewer) {
  FakeConnection& told = Join();
  FakeConnection& other = Join();
  OfferAndRun(2);
  Move();
  FakeConnection& fresh = NewConnection();
  fresh.SetSubscriber(next().Join("1", fresh.MakeSink(), kForEver));
  for (const int64_t n : {1, 2}) {
    OfferNext(n);
    shard_.RunReady();
    EXPECT_EQ(fresh.NewestStamp(), TextAt(n));
  }
  EXPECT_EQ(told.Received().stamps, std::vector{TextAt(2)});
  told.Close();
  OfferNext(3);
  shard_.RunReady();
  EXPECT_EQ(other.Received().stamps, (std::vector{TextAt(2), TextAt(3)}));
  EXPECT_EQ(fresh.NewestStamp(), TextAt(3));
  other.Close();
  fresh.Close();
  OfferNext(4);
  shard_.RunReady();
}

TEST_F(HubMoveTest, AStreamThatIsEndingEndsWhereItWas) {
  FakeConnection& ending = Join("1", {.age_max = seconds(1), .age_jitter = 0});
  ending.room = 0;
  AdvanceBy(seconds(2));
  size_t moved = 0;
  hub().MoveOut([&](const MovedStream&, const std::unique_ptr<Sink>&) { ++moved; });
  EXPECT_EQ(moved, 0U);
  ending.DrainAll();
  shard_.RunReady();
  EXPECT_TRUE(ending.IsFinished());
}

TEST_F(HubMoveTest, ManyStreamsOfManyChannelsMoveAndAreCounted) {
  std::vector<FakeConnection*> joined;
  for (const std::string channel : {"1", "2", "3"})
    for (FakeConnection* connection : JoinMany(500, channel)) joined.push_back(connection);
  OfferAndRun(1, "1");
  Offer(2, "2");  // told to some, or none yet
  for (const std::string channel : {"1", "2", "3"}) OfferNext(5, channel);
  Move();
  EXPECT_EQ(Ended("moved"), 1500);
  EXPECT_EQ(next().stream_count(), 1500U);
  for (FakeConnection* connection : joined) EXPECT_EQ(connection->NewestStamp(), TextAt(5));
}

}  // namespace
}  // namespace flagstream::stream
