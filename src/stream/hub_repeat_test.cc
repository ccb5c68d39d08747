// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stream/hub.h"
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Stamps = std::vector<std::string>;

// Goal: what was told last is told once more after two to five seconds of quiet, to those for whom
// that is free and who may have missed it, and to no others.
class HubRepeatTest : public HubTest {
 protected:
  static constexpr StreamTerms kFree{
      .age_max = kUnlimitedAge, .age_jitter = 0, .is_repeat_free = true};

  double Repeats() const { return Metric("flagstream_stream_repeats_total"); }
};

TEST_F(HubRepeatTest, AChangeIsToldOnceMore) {
  FakeConnection& free = Join("1", kFree);
  FakeConnection& other = Join();
  OfferAndRun(1);
  AdvanceBy(milliseconds(1'999));
  EXPECT_EQ(free.Received().stamps, Stamps{TextAt(1)});
  AdvanceBy(milliseconds(3'001));
  EXPECT_EQ(free.Received().stamps, (Stamps{TextAt(1), TextAt(1)}));
  EXPECT_EQ(other.Received().stamps, Stamps{TextAt(1)});
  AdvanceBy(seconds(100));
  EXPECT_EQ(free.Received().stamps.size(), 2u);
  // One delivery, and a repeat that is counted apart.
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 2);
  EXPECT_EQ(Repeats(), 1);
  EXPECT_EQ(Metric("flagstream_stream_propagation_seconds_count"), 2);
}

// Goal: its time is drawn anew for each change, from the whole of two to five seconds.
TEST_F(HubRepeatTest, ItsTimeIsDrawn) {
  FakeConnection& connection = Join("1", kFree);
  int early = 0;
  for (int n = 1; n <= 200; ++n) {
    OfferAndRun(n);
    AdvanceBy(milliseconds(3'500));
    early += connection.Received().stamps.size() == static_cast<size_t>(2 * n) ? 1 : 0;
    AdvanceBy(milliseconds(1'500));
    ASSERT_EQ(connection.Received().stamps.size(), static_cast<size_t>(2 * n));
  }
  EXPECT_GT(early, 60);
  EXPECT_LT(early, 140);
}

TEST_F(HubRepeatTest, ZeroMeansNever) {
  options_.repeat = milliseconds(0);
  FakeConnection& connection = Join("1", kFree);
  OfferAndRun(1);
  AdvanceBy(seconds(100));
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
}

// Goal: the first event of a stream is no news that a client could miss: it follows its request.
TEST_F(HubRepeatTest, WhoJoinedAfterTheChangeNeedsNone) {
  Join("1", kFree);
  OfferAndRun(1);
  FakeConnection& late = Join("1", kFree);
  AdvanceBy(seconds(10));
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(Repeats(), 1);
}

// Goal: while changes follow each other none is repeated; the last one is.
TEST_F(HubRepeatTest, ANewerChangePutsItOff) {
  FakeConnection& connection = Join("1", kFree);
  for (int n = 1; n <= 20; ++n) {
    OfferAndRun(n);
    AdvanceBy(milliseconds(1'900));
  }
  EXPECT_EQ(Repeats(), 0);
  EXPECT_EQ(connection.Received().stamps.size(), 20u);
  AdvanceBy(seconds(5));
  EXPECT_EQ(Repeats(), 1);
  EXPECT_EQ(connection.NewestStamp(), TextAt(20));
  EXPECT_EQ(connection.Received().stamps.size(), 21u);
}

// Goal: a newer change in the middle of repeats ends them, and is told and repeated itself.
TEST_F(HubRepeatTest, ANewerChangeEndsThoseUnderWay) {
  options_.slice = 10;
  const auto streams = JoinMany(30, "1", kFree);
  OfferAndRun(1);
  clock_.Advance(seconds(6));
  shard_.RunOne();  // the tick
  shard_.RunOne();
  EXPECT_EQ(Repeats(), 10);
  Offer(2);
  shard_.RunReady();
  EXPECT_EQ(Repeats(), 10);
  for (const FakeConnection* stream : streams) EXPECT_EQ(stream->NewestStamp(), TextAt(2));
  AdvanceBy(seconds(5));
  EXPECT_EQ(Repeats(), 40);
}

// Goal: one that is behind gets it two to five seconds after it caught up, and only once.
TEST_F(HubRepeatTest, OneThatWasBehindGetsItLater) {
  const size_t size = MakeFrame(StampAt(1))->chunk.size();
  for (const size_t room : {size_t{0}, size_t{10}, size - 1}) {
    const std::string channel = "room " + std::to_string(room);
    FakeConnection& slow = NewConnection();
    slow.room = room;
    Join(slow, channel, kFree);
    FakeConnection& other = Join(channel, kFree);
    OfferAndRun(1, channel);
    AdvanceBy(seconds(10));
    EXPECT_EQ(other.Received().stamps.size(), 2u);
    slow.DrainAll();
    AdvanceBy(milliseconds(1'900));
    EXPECT_EQ(slow.Received().stamps, Stamps{TextAt(1)});
    AdvanceBy(milliseconds(3'100));
    EXPECT_EQ(slow.Received().stamps, (Stamps{TextAt(1), TextAt(1)}));
    AdvanceBy(seconds(60));
    EXPECT_EQ(slow.Received().stamps.size(), 2u);
    EXPECT_EQ(other.Received().stamps.size(), 2u);
  }
}

// Goal: a repeat that is cut is completed, is not told again, and is no delivery.
TEST_F(HubRepeatTest, ACutRepeatIsCompleted) {
  const size_t size = MakeFrame(StampAt(1))->chunk.size();
  for (size_t cut = 0; cut < size; ++cut) {
    const std::string channel = "cut after " + std::to_string(cut);
    FakeConnection& connection = NewConnection();
    connection.room = size + cut;
    Join(connection, channel, kFree);
    OfferAndRun(1, channel);
    AdvanceBy(seconds(5));
    EXPECT_EQ(connection.bytes().size(), size + cut);
    connection.DrainAll();
    EXPECT_EQ(connection.Received().stamps.size(), cut == 0 ? 1u : 2u);
    AdvanceBy(seconds(10));
    EXPECT_EQ(connection.Received().stamps.size(), cut == 0 ? 1u : 2u);
    connection.Close();
    shard_.RunReady();
  }
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), static_cast<double>(size));
  EXPECT_EQ(Repeats(), static_cast<double>(size - 1));
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

// Goal: repeats are sent in slices, whoever leaves meanwhile.
TEST_F(HubRepeatTest, RepeatsAreSentInSlices) {
  options_.slice = 10;
  const auto streams = JoinMany(25, "1", kFree);
  OfferAndRun(1);
  clock_.Advance(seconds(6));
  shard_.RunOne();  // the tick
  shard_.RunOne();
  EXPECT_EQ(Repeats(), 10);
  streams[0]->Close();
  streams[24]->Close();
  streams[12]->during_send = [stream = streams[12]] { stream->Close(); };
  shard_.RunReady();
  for (size_t i = 1; i < 24; ++i) EXPECT_EQ(streams[i]->Received().stamps.size(), 2u) << i;
  EXPECT_EQ(streams[24]->Received().stamps.size(), 1u);
}

// Goal: a channel that is closed, or loses its last stream in the middle of it, repeats nothing.
TEST_F(HubRepeatTest, AChannelThatGoesRepeatsNothing) {
  FakeConnection& closed = Join("1", kFree);
  OfferAndRun(1);
  hub().Close("1");
  AdvanceBy(seconds(10));
  EXPECT_EQ(closed.Received().stamps, Stamps{TextAt(1)});

  FakeConnection& last = NewConnection();
  last.SetSubscriber(hub().JoinPassing("i1", MakeFrame(StampAt(1)), last.MakeSink(), kFree));
  hub().OfferPassing("i1", MakeFrame(StampAt(2)));
  shard_.RunReady();
  last.during_send = [&last] { last.Close(); };
  AdvanceBy(seconds(10));
  EXPECT_TRUE(last.IsDestroyed());
  EXPECT_EQ(hub().channel_count(), 0u);

  FakeConnection& gone = Join("2", kFree);
  OfferAndRun(1, "2");
  gone.Close();
  AdvanceBy(seconds(10));
  FakeConnection& next = Join("2", kFree);
  AdvanceBy(seconds(10));
  EXPECT_EQ(next.Received().stamps, Stamps{TextAt(1)});
}

// Goal: what a newcomer of a passing channel is told is no news to the others, also not as a
// repeat.
TEST_F(HubRepeatTest, ANewcomersFirstFrameIsNotRepeatedToOthers) {
  FakeConnection& early = NewConnection();
  early.SetSubscriber(hub().JoinPassing("i1", MakeFrame(StampAt(1)), early.MakeSink(), kFree));
  hub().OfferPassing("i1", MakeFrame(StampAt(2)));
  shard_.RunReady();
  FakeConnection& late = NewConnection();
  late.SetSubscriber(hub().JoinPassing("i1", MakeFrame(StampAt(3)), late.MakeSink(), kFree));
  AdvanceBy(seconds(10));
  EXPECT_EQ(early.Received().stamps, (Stamps{TextAt(1), TextAt(2), TextAt(2)}));
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(3)});
}

// Goal: a repeat is a sign of life.
TEST_F(HubRepeatTest, PutsTheCommentOff) {
  options_.keepalive = seconds(6);
  FakeConnection& connection = Join("1", kFree);
  OfferAndRun(1);
  AdvanceBy(milliseconds(7'500));
  EXPECT_EQ(connection.Received().stamps.size(), 2u);
  EXPECT_EQ(connection.Received().comments, 0u);
}

}  // namespace
}  // namespace flagstream::stream
