// SPDX-License-Identifier: Apache-2.0
#include "stream/hub.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using Stamps = std::vector<std::string>;

size_t ChunkSize() { return MakeFrame(StampAt(1))->chunk.size(); }

// ---- Joining

// Goal: who joins is told the newest at once, inside the call, and nothing else.
TEST_F(HubTest, JoinSendsTheNewestFrameAtOnce) {
  Offer(1);
  OfferAndRun(2);
  FakeConnection& connection = Join();
  EXPECT_EQ(connection.bytes(), MakeFrame(StampAt(2))->chunk);
  shard_.RunReady();
  EXPECT_EQ(connection.bytes(), MakeFrame(StampAt(2))->chunk);
  EXPECT_EQ(hub().stream_count(), 1u);
}

TEST_F(HubTest, JoinWithoutAFrameSendsNothing) {
  FakeConnection& connection = Join();
  shard_.RunReady();
  EXPECT_EQ(connection.bytes(), "");
  OfferAndRun(1);
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
}

// Goal: an idle stream hears of no channel, whatever its name.
TEST_F(HubTest, IdleStreamsGetNoFrames) {
  FakeConnection& connection = NewConnection();
  connection.SetSubscriber(hub().JoinIdle(connection.MakeSink(), kForEver));
  OfferAndRun(1, "");
  OfferAndRun(1, "1");
  EXPECT_EQ(connection.bytes(), "");
  EXPECT_EQ(hub().stream_count(), 1u);
}

// ---- Fan-out

TEST_F(HubTest, OfferReachesTheChannelAndNoOther) {
  FakeConnection& mine = Join("1");
  FakeConnection& other = Join("2");
  Offer(1, "1");
  EXPECT_EQ(mine.bytes(), "");  // not inside the call
  shard_.RunReady();
  EXPECT_EQ(mine.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(other.bytes(), "");
}

// Goal: a stamp that is not above the one held is dropped, for those there and those to come.
TEST_F(HubTest, OlderAndEqualFramesAreIgnored) {
  FakeConnection& early = Join();
  OfferAndRun(5);
  OfferAndRun(5);
  OfferAndRun(4);
  EXPECT_EQ(early.Received().stamps, Stamps{TextAt(5)});
  EXPECT_EQ(Join().Received().stamps, Stamps{TextAt(5)});
  EXPECT_EQ(Metric("flagstream_stream_frames_offered_total"), 1);
}

// Goal: a fan-out lets other work of the shard have its turn after each slice.
TEST_F(HubTest, FanOutIsSentInSlices) {
  options_.slice = 10;
  const auto streams = JoinMany(25);
  const auto served = [&] {
    return std::ranges::count_if(
        streams, [](const FakeConnection* stream) { return !stream->bytes().empty(); });
  };
  Offer(1);
  bool other_work_ran = false;
  ASSERT_TRUE(shard_.RunOne());
  EXPECT_EQ(served(), 10);
  shard_.Post([&] {
    other_work_ran = true;
    EXPECT_EQ(served(), 20);
  });
  ASSERT_TRUE(shard_.RunOne());
  EXPECT_EQ(served(), 20);
  ASSERT_TRUE(shard_.RunOne());
  EXPECT_TRUE(other_work_ran);
  shard_.RunReady();
  EXPECT_EQ(served(), 25);
}

// Goal: a big channel does not keep a small one waiting for more than a slice.
TEST_F(HubTest, ChannelsTakeTurns) {
  options_.slice = 10;
  JoinMany(1'000, "big");
  FakeConnection& small = Join("small");
  Offer(1, "big");
  Offer(1, "small");
  shard_.RunOne();
  EXPECT_EQ(small.bytes(), "");
  shard_.RunOne();
  EXPECT_EQ(small.Received().stamps, Stamps{TextAt(1)});
}

// Goal: one task serves many small channels.
TEST_F(HubTest, SmallChannelsShareASlice) {
  for (int i = 0; i < 50; ++i) Join(std::to_string(i));
  for (int i = 0; i < 50; ++i) Offer(1, std::to_string(i));
  shard_.RunOne();
  for (const FakeConnection& connection : connections_)
    EXPECT_EQ(connection.Received().stamps.size(), 1u);
}

// Goal: a newer frame during a fan-out reaches all exactly once; those not yet served never see the
// older.
TEST_F(HubTest, NewerFrameDuringAFanOutRestartsIt) {
  options_.slice = 10;
  const auto streams = JoinMany(30);
  Offer(1);
  shard_.RunOne();
  Offer(2);
  shard_.RunReady();
  for (size_t i = 0; i < streams.size(); ++i) {
    EXPECT_EQ(streams[i]->Received().stamps,
              i < 10 ? (Stamps{TextAt(1), TextAt(2)}) : Stamps{TextAt(2)})
        << i;
  }
}

// Goal: frames that come faster than a fan-out lasts starve nobody: after as many slices as it has,
// all were served.
TEST_F(HubTest, EndlessFramesStarveNobody) {
  options_.slice = 10;
  const auto streams = JoinMany(40);
  for (int n = 1; n <= 4; ++n) {
    Offer(n);
    shard_.RunOne();
  }
  for (const FakeConnection* stream : streams) EXPECT_EQ(stream->Received().stamps.size(), 1u);
}

// Goal: leaving and joining while a fan-out is under way skips nobody and serves nobody twice.
TEST_F(HubTest, LeavingDuringAFanOutSkipsNobody) {
  for (size_t leaver = 0; leaver < 30; ++leaver) {
    options_.slice = 10;
    DestroyHub();
    connections_.clear();
    const auto streams = JoinMany(30);
    Offer(1);
    shard_.RunOne();
    streams[leaver]->Close();
    streams[29 - leaver]->Close();
    FakeConnection& joiner = Join();
    shard_.RunReady();
    for (size_t i = 0; i < streams.size(); ++i) {
      if (i == leaver || i == 29 - leaver) continue;
      EXPECT_EQ(streams[i]->Received().stamps, Stamps{TextAt(1)})
          << i << " when " << leaver << " left";
    }
    EXPECT_EQ(joiner.Received().stamps, Stamps{TextAt(1)});
    EXPECT_EQ(hub().stream_count(), 29u);
  }
}

// Goal: sinks that report their end from inside Send, every third here, disturb no fan-out.
TEST_F(HubTest, ClosingInsideSendSkipsNobody) {
  const auto streams = JoinMany(31);
  for (size_t i = 0; i < streams.size(); i += 3) {
    streams[i]->during_send = [connection = streams[i]] { connection->Close(); };
  }
  OfferAndRun(1);
  for (size_t i = 0; i < streams.size(); ++i) {
    EXPECT_EQ(streams[i]->Received().stamps, Stamps{TextAt(1)});
    EXPECT_EQ(streams[i]->IsDestroyed(), i % 3 == 0);
  }
  EXPECT_EQ(hub().stream_count(), 20u);
  EXPECT_EQ(Ended("peer_closed"), 11);
}

// ---- Back-pressure

// Goal: an event that was cut stays one chunk: what is missing follows before anything else, then
// only the newest.
TEST_F(HubTest, CutFrameIsCompletedThenTheNewestFollows) {
  for (size_t cut = 0; cut < ChunkSize(); ++cut) {
    const std::string channel = "cut after " + std::to_string(cut);
    FakeConnection& connection = NewConnection();
    connection.room = cut;
    Join(connection, channel);
    for (int n = 1; n <= 3; ++n) OfferAndRun(n, channel);
    EXPECT_EQ(connection.bytes().size(), cut);
    EXPECT_TRUE(connection.IsWaiting());
    connection.DrainAll();
    EXPECT_EQ(connection.Received().stamps,
              cut == 0 ? Stamps{TextAt(3)} : (Stamps{TextAt(1), TextAt(3)}))
        << channel;
    EXPECT_FALSE(connection.IsWaiting());
  }
}

// Goal: while a stream is behind nothing is sent to it, so it costs a fan-out nothing.
TEST_F(HubTest, NothingIsSentToOneThatIsBehind) {
  FakeConnection& slow = NewConnection();
  slow.room = 7;
  Join(slow);
  FakeConnection& other = Join();
  OfferAndRun(1);
  for (int n = 2; n <= 100; ++n) OfferAndRun(n);
  EXPECT_EQ(slow.send_count(), 1u);
  EXPECT_EQ(other.Received().stamps.size(), 100u);
  EXPECT_EQ(Metric("flagstream_streams_behind"), 1);
  slow.DrainAll();
  EXPECT_EQ(slow.Received().stamps, (Stamps{TextAt(1), TextAt(100)}));
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

// Goal: a reader of one byte at a time gets whole chunks all the same, and is asked for room after
// each.
TEST_F(HubTest, DrainsByteByByte) {
  FakeConnection& connection = NewConnection();
  connection.room = 0;
  Join(connection);
  OfferAndRun(1);
  OfferAndRun(2);
  for (size_t i = 0; i < 3 * ChunkSize() && connection.IsWaiting(); ++i) {
    connection.Drain(1);
    if (i == 10) OfferAndRun(3);
  }
  EXPECT_EQ(connection.Received().stamps, (Stamps{TextAt(2), TextAt(3)}));
  OfferAndRun(4);
  connection.DrainAll();
  EXPECT_EQ(connection.NewestStamp(), TextAt(4));
}

// Goal: one that drains during a fan-out, before its turn or after, is sent the frame once.
TEST_F(HubTest, DrainingDuringAFanOutSendsTheFrameOnce) {
  options_.slice = 1;
  for (const size_t turns : {0u, 1u, 2u, 3u}) {
    FakeConnection& slow = NewConnection();
    slow.room = 0;
    const std::string channel = "drain " + std::to_string(turns);
    Join(channel);
    Join(slow, channel);
    Join(channel);
    Offer(1, channel);
    shard_.RunReady();
    Offer(2, channel);
    for (size_t i = 0; i < turns; ++i) shard_.RunOne();
    slow.DrainAll();
    shard_.RunReady();
    EXPECT_EQ(slow.Received().stamps, Stamps{TextAt(2)}) << turns;
  }
}

TEST_F(HubTest, ClosingInsideWaitWritableEndsTheStreamOnce) {
  FakeConnection& connection = NewConnection();
  connection.room = 5;
  connection.during_wait = [&connection] { connection.Close(); };
  Join(connection);
  OfferAndRun(1);
  EXPECT_TRUE(connection.IsDestroyed());
  EXPECT_EQ(hub().stream_count(), 0u);
  EXPECT_EQ(Ended("peer_closed"), 1);
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

// ---- Leaving

// Goal: a closed stream is destroyed by a task, never inside a call, and what it reports until then
// is ignored.
TEST_F(HubTest, SinksAreDestroyedByATaskOfTheirOwn) {
  FakeConnection& connection = NewConnection();
  Subscriber& subscriber = hub().Join("1", connection.MakeSink(), kForEver);
  connection.SetSubscriber(subscriber);
  subscriber.OnClosed();
  EXPECT_FALSE(connection.IsDestroyed());
  EXPECT_EQ(hub().stream_count(), 0u);
  subscriber.OnClosed();
  subscriber.OnWritable();
  shard_.RunReady();
  EXPECT_TRUE(connection.IsDestroyed());
  EXPECT_FALSE(connection.IsFinished());
  EXPECT_EQ(Ended("peer_closed"), 1);
}

// Goal: closing a channel ends its streams with a last chunk, in slices, and forgets its frame.
TEST_F(HubTest, CloseEndsAllStreamsOfTheChannel) {
  options_.slice = 10;
  const auto streams = JoinMany(25, "1");
  FakeConnection& other = Join("2");
  OfferAndRun(1, "1");
  hub().Close("1");
  EXPECT_EQ(hub().stream_count(), 26u);
  shard_.RunOne();
  EXPECT_EQ(hub().stream_count(), 16u);
  shard_.RunReady();
  EXPECT_EQ(hub().stream_count(), 1u);
  for (const FakeConnection* stream : streams) {
    EXPECT_TRUE(stream->Received().has_ended);
    EXPECT_TRUE(stream->IsFinished());
    EXPECT_TRUE(stream->IsDestroyed());
  }
  EXPECT_FALSE(other.IsFinished());
  EXPECT_EQ(Ended("environment_gone"), 25);
  EXPECT_EQ(Join("1").bytes(), "");
}

// Goal: a channel that is being closed takes no part in what happens to a new one of its name.
TEST_F(HubTest, ANewChannelMayHaveTheNameOfOneThatIsBeingClosed) {
  options_.slice = 1;
  const auto old_streams = JoinMany(3);
  Offer(1);
  hub().Close("1");
  FakeConnection& fresh = Join();
  Offer(2);
  old_streams[1]->Close();
  shard_.RunReady();
  EXPECT_EQ(fresh.Received().stamps, Stamps{TextAt(2)});
  EXPECT_FALSE(fresh.IsFinished());
  for (const FakeConnection* stream : old_streams) EXPECT_EQ(stream->Received().stamps, Stamps{});
  EXPECT_EQ(hub().stream_count(), 1u);
  EXPECT_EQ(hub().channel_count(), 1u);
}

TEST_F(HubTest, ClosingAnUnknownChannelDoesNothing) {
  hub().Close("nobody");
  EXPECT_EQ(shard_.task_count(), 0u);
}

// ---- Bounds

// Goal: names that nobody publishes to leave nothing behind, so guessing keys costs no memory.
TEST_F(HubTest, ChannelsWithoutFrameAreForgottenWithTheirLastStream) {
  for (int i = 0; i < 1'000; ++i) {
    Join("guess " + std::to_string(i)).Close();
    shard_.RunReady();
  }
  EXPECT_EQ(hub().channel_count(), 0u);
  OfferAndRun(1, "known");
  Join("known").Close();
  EXPECT_EQ(hub().channel_count(), 1u);
}

// Goal: slots are used again: memory follows the most streams at once, not how many came by.
TEST_F(HubTest, SlotsAreUsedAgain) {
  for (int round = 0; round < 50; ++round) {
    for (FakeConnection* stream : JoinMany(100)) stream->Close();
    shard_.RunReady();
  }
  EXPECT_EQ(hub().slot_count(), 128u);  // two blocks
}

// Goal: destroying the hub closes every connection, and what was posted does nothing afterwards.
TEST_F(HubTest, DestroyingClosesEverything) {
  options_.slice = 1;
  JoinMany(3);
  FakeConnection& behind = NewConnection();
  behind.room = 3;
  Join(behind);
  Offer(1);
  shard_.RunOne();
  connections_[0].Close();
  DestroyHub();
  for (const FakeConnection& connection : connections_) EXPECT_TRUE(connection.IsDestroyed());
  AdvanceBy(milliseconds(1'000));
  EXPECT_EQ(shard_.task_count(), 0u);
  EXPECT_EQ(Metric("flagstream_streams_open"), 0);
}

// ---- Metrics

TEST_F(HubTest, CountsWhatItDoes) {
  const auto streams = JoinMany(12, "1");
  Join("2");
  hub().Offer("2", MakeFrame(StampAt(1)));
  hub().Offer("3", MakeFrame(StampAt(1)));
  shard_.RunReady();
  hub().Offer("1", MakeFrame(StampAt(1), clock_.NowMicros()));
  clock_.Advance(std::chrono::microseconds(2'000));
  shard_.RunReady();
  EXPECT_EQ(Metric("flagstream_streams_open"), 13);
  EXPECT_EQ(Metric("flagstream_streams_opened_total"), 13);
  EXPECT_EQ(Metric("flagstream_stream_channels{streams=\"0\"}"), 1);
  EXPECT_EQ(Metric("flagstream_stream_channels{streams=\"1-9\"}"), 1);
  EXPECT_EQ(Metric("flagstream_stream_channels{streams=\"10-99\"}"), 1);
  EXPECT_EQ(Metric("flagstream_stream_frames_offered_total"), 3);
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 13);
  EXPECT_EQ(
      Metric("flagstream_stream_bytes_total"),
      static_cast<double>(12 * streams[0]->bytes().size() + MakeFrame(StampAt(1))->chunk.size()));
  // Only those whose commit is known.
  EXPECT_EQ(Metric("flagstream_stream_propagation_seconds_bucket{le=\"0.001\"}"), 0);
  EXPECT_EQ(Metric("flagstream_stream_propagation_seconds_bucket{le=\"0.0025\"}"), 12);
  EXPECT_EQ(Metric("flagstream_stream_propagation_seconds_count"), 12);
  for (FakeConnection* stream : streams) stream->Close();
  EXPECT_EQ(Metric("flagstream_streams_open"), 1);
  EXPECT_EQ(Metric("flagstream_stream_channels{streams=\"10-99\"}"), 0);
  EXPECT_EQ(Metric("flagstream_stream_channels{streams=\"0\"}"), 2);
}

// Goal: bytes and events are counted once, however they were cut.
TEST_F(HubTest, CountsCutFramesOnce) {
  FakeConnection& connection = NewConnection();
  connection.room = 10;
  Join(connection);
  OfferAndRun(1);
  EXPECT_EQ(Metric("flagstream_stream_bytes_total"), 10);
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 0);
  connection.Drain(10);
  EXPECT_EQ(Metric("flagstream_stream_bytes_total"), 20);
  connection.DrainAll();
  EXPECT_EQ(Metric("flagstream_stream_bytes_total"),
            static_cast<double>(connection.bytes().size()));
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 1);
}

}  // namespace
}  // namespace flagstream::stream
