// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "stream/hub.h"
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Stamps = std::vector<std::string>;

class HubTimeTest : public HubTest {
 protected:
  size_t CountFinished() const {
    return static_cast<size_t>(std::ranges::count_if(
        connections_, [](const FakeConnection& stream) { return stream.IsFinished(); }));
  }
};

// ---- Ticking

// Goal: a hub without streams sets no timers, and one that had streams stops.
TEST_F(HubTimeTest, TicksOnlyWhileThereAreStreams) {
  OfferAndRun(1);
  EXPECT_EQ(shard_.task_count(), 0u);
  FakeConnection& connection = Join();
  EXPECT_EQ(shard_.delayed_count(), 1u);
  JoinMany(10);
  EXPECT_EQ(shard_.delayed_count(), 1u);
  for (FakeConnection& stream : connections_) stream.Close();
  AdvanceBy(seconds(1));
  EXPECT_EQ(shard_.task_count(), 0u);
  EXPECT_TRUE(connection.IsDestroyed());
}

// Goal: times count from the join also when the hub slept for long before.
TEST_F(HubTimeTest, TimesAreRightAfterALongSleep) {
  Join().Close();
  AdvanceBy(std::chrono::hours(30));
  FakeConnection& connection = Join("1", {.age_max = seconds(10), .age_jitter = 0});
  AdvanceBy(milliseconds(9'900));
  EXPECT_FALSE(connection.IsFinished());
  AdvanceBy(milliseconds(300));
  EXPECT_TRUE(connection.IsFinished());
}

// ---- Keep-alive

// Goal: a comment after the interval of silence, a tenth late at most, again and again.
TEST_F(HubTimeTest, SilenceIsFilledWithComments) {
  FakeConnection& connection = Join();
  AdvanceBy(milliseconds(14'999));
  EXPECT_EQ(connection.bytes(), "");
  AdvanceBy(milliseconds(1'900));
  EXPECT_EQ(connection.bytes(), wire::kKeepAliveChunk);
  AdvanceBy(seconds(170));
  EXPECT_GE(connection.Received().comments, 11u);
  EXPECT_LE(connection.Received().comments, 12u);
  EXPECT_EQ(Metric("flagstream_stream_comments_total"), connection.Received().comments);
}

// Goal: an event counts as sign of life and puts the comment off.
TEST_F(HubTimeTest, EventsPutCommentsOff) {
  FakeConnection& connection = Join();
  for (int n = 1; n <= 20; ++n) {
    AdvanceBy(seconds(14));
    OfferAndRun(n);
  }
  EXPECT_EQ(connection.Received().comments, 0u);
  AdvanceBy(seconds(17));
  EXPECT_EQ(connection.Received().comments, 1u);
}

// Goal: comments of streams that fell silent together are spread, and sent in slices.
TEST_F(HubTimeTest, CommentsAreSpread) {
  JoinMany(1'000);
  size_t most_at_once = 0;
  size_t before = 0;
  for (int tick = 0; tick < 200; ++tick) {
    AdvanceBy(kTickDuration);
    const auto now = static_cast<size_t>(Metric("flagstream_stream_comments_total"));
    most_at_once = std::max(most_at_once, now - before);
    before = now;
  }
  EXPECT_EQ(before, 1'000u);
  EXPECT_LT(most_at_once, 200u);
}

TEST_F(HubTimeTest, CommentsAreSentInSlices) {
  options_.keepalive = milliseconds(1);  // too short for jitter: all at once
  options_.slice = 10;
  JoinMany(25);
  clock_.Advance(seconds(1));
  shard_.RunOne();  // the tick
  shard_.RunOne();
  EXPECT_EQ(Metric("flagstream_stream_comments_total"), 10);
  shard_.RunOne();
  EXPECT_EQ(Metric("flagstream_stream_comments_total"), 20);
}

// Goal: one that is behind gets no comment; the frame it owes is sign of life enough.
TEST_F(HubTimeTest, NoCommentWhileBehind) {
  FakeConnection& connection = NewConnection();
  connection.room = 10;
  Join(connection);
  OfferAndRun(1);
  AdvanceBy(seconds(40));
  EXPECT_EQ(connection.bytes().size(), 10u);
  connection.DrainAll();
  AdvanceBy(seconds(17));
  EXPECT_EQ(connection.Received().comments, 1u);
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
}

// Goal: a comment that was cut is completed before an event.
TEST_F(HubTimeTest, CutCommentIsCompleted) {
  for (size_t cut = 0; cut < wire::kKeepAliveChunk.size(); ++cut) {
    const std::string channel = "cut after " + std::to_string(cut);
    FakeConnection& connection = NewConnection();
    connection.room = cut;
    Join(connection, channel);
    AdvanceBy(seconds(17));
    EXPECT_EQ(connection.bytes().size(), cut);
    OfferAndRun(1, channel);
    connection.DrainAll();
    EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
    EXPECT_EQ(connection.Received().comments, cut == 0 ? 0u : 1u);
    connection.Close();
  }
}

// ---- Write timeout

// Goal: one that stays behind is closed after the timeout and counted; events in between give it no
// time.
TEST_F(HubTimeTest, OneThatStaysBehindIsClosed) {
  FakeConnection& slow = NewConnection();
  slow.room = 10;
  Join(slow);
  FakeConnection& other = Join();
  OfferAndRun(1);
  for (int n = 2; n <= 60; ++n) {
    AdvanceBy(seconds(1));
    OfferAndRun(n);
  }
  EXPECT_FALSE(slow.IsDestroyed());
  AdvanceBy(milliseconds(1'300));
  EXPECT_TRUE(slow.IsDestroyed());
  EXPECT_FALSE(slow.IsFinished());
  EXPECT_EQ(slow.bytes().size(), 10u);
  EXPECT_EQ(Ended("write_timeout"), 1);
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
  EXPECT_EQ(other.Received().stamps.size(), 60u);
  EXPECT_EQ(hub().stream_count(), 1u);
}

TEST_F(HubTimeTest, OneThatCatchesUpStays) {
  FakeConnection& slow = NewConnection();
  slow.room = 10;
  Join(slow);
  for (int n = 1; n <= 5; ++n) {
    OfferAndRun(n);
    AdvanceBy(seconds(50));
    slow.DrainAll();
    slow.room = 10;
  }
  EXPECT_FALSE(slow.IsDestroyed());
  EXPECT_EQ(Ended("write_timeout"), 0);
}

// Goal: a timeout shorter than the keep-alive is met on time.
TEST_F(HubTimeTest, ShortWriteTimeoutIsMet) {
  options_.write_timeout = seconds(2);
  FakeConnection& slow = NewConnection();
  slow.room = 0;
  Join(slow);
  AdvanceBy(seconds(1));
  OfferAndRun(1);
  AdvanceBy(milliseconds(1'900));
  EXPECT_FALSE(slow.IsDestroyed());
  AdvanceBy(milliseconds(400));
  EXPECT_TRUE(slow.IsDestroyed());
}

// ---- Age limit

// Goal: a stream ends cleanly at its age: last chunk, finish, then it is destroyed.
TEST_F(HubTimeTest, AgeLimitEndsTheStreamCleanly) {
  FakeConnection& connection = Join("1", {.age_max = seconds(30), .age_jitter = 0});
  OfferAndRun(1);
  AdvanceBy(milliseconds(29'900));
  EXPECT_FALSE(connection.IsFinished());
  AdvanceBy(milliseconds(300));
  EXPECT_TRUE(connection.IsFinished());
  EXPECT_TRUE(connection.IsDestroyed());
  EXPECT_TRUE(connection.bytes().ends_with(wire::kLastChunk));
  EXPECT_TRUE(connection.Received().has_ended);
  EXPECT_EQ(Ended("age_limit"), 1);
}

// Goal: streams opened together end apart, each within the jitter.
TEST_F(HubTimeTest, AgesAreSpread) {
  JoinMany(1'000, "1", StreamTerms());
  AdvanceBy(milliseconds(26'900));
  EXPECT_EQ(CountFinished(), 0u);
  size_t before = 0;
  for (int i = 0; i < 6; ++i) {
    AdvanceBy(seconds(1));
    EXPECT_GT(CountFinished(), before + 50);
    before = CountFinished();
  }
  AdvanceBy(milliseconds(400));
  EXPECT_EQ(CountFinished(), 1'000u);
}

TEST_F(HubTimeTest, UnlimitedAgeNeverEnds) {
  FakeConnection& connection = Join("1", kForEver);
  AdvanceBy(std::chrono::hours(2));
  EXPECT_FALSE(connection.IsFinished());
  EXPECT_GT(connection.Received().comments, 400u);
}

// Goal: the last chunk comes after the rest of a cut frame; newer ones are left to the next stream.
TEST_F(HubTimeTest, AgeLimitWaitsForTheFrameUnderWay) {
  FakeConnection& connection = NewConnection();
  connection.room = 10;
  Join(connection, "1", {.age_max = seconds(5), .age_jitter = 0});
  OfferAndRun(1);
  AdvanceBy(seconds(6));
  OfferAndRun(2);
  EXPECT_EQ(connection.bytes().size(), 10u);
  EXPECT_FALSE(connection.IsDestroyed());
  EXPECT_EQ(hub().stream_count(), 1u);
  connection.DrainAll();
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
  EXPECT_TRUE(connection.Received().has_ended);
  EXPECT_TRUE(connection.IsFinished());
  EXPECT_EQ(Ended("age_limit"), 1);
}

// Goal: the last chunk itself may be cut anywhere.
TEST_F(HubTimeTest, CutLastChunkIsCompleted) {
  for (size_t cut = 0; cut < wire::kLastChunk.size(); ++cut) {
    FakeConnection& connection = NewConnection();
    connection.room = cut;
    Join(connection, "1", {.age_max = seconds(5), .age_jitter = 0});
    AdvanceBy(seconds(6));
    EXPECT_EQ(connection.bytes().size(), cut);
    EXPECT_FALSE(connection.IsFinished());
    connection.Drain(1);
    connection.DrainAll();
    EXPECT_EQ(connection.bytes(), wire::kLastChunk);
    EXPECT_TRUE(connection.IsFinished());
    shard_.RunReady();
    EXPECT_TRUE(connection.IsDestroyed());
  }
}

// Goal: one whose end cannot be sent is closed after the write timeout, counted from when it fell
// behind.
TEST_F(HubTimeTest, EndThatCannotBeSentIsGivenUp) {
  FakeConnection& connection = NewConnection();
  connection.room = 2;
  Join(connection, "1", {.age_max = seconds(30), .age_jitter = 0});
  AdvanceBy(seconds(10));
  OfferAndRun(1);
  AdvanceBy(seconds(59));
  EXPECT_FALSE(connection.IsDestroyed());
  AdvanceBy(milliseconds(1'300));
  EXPECT_TRUE(connection.IsDestroyed());
  EXPECT_FALSE(connection.IsFinished());
  EXPECT_EQ(Ended("write_timeout"), 1);
  EXPECT_EQ(Ended("age_limit"), 0);
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

// Goal: a peer that leaves while its stream is being ended is counted once.
TEST_F(HubTimeTest, PeerMayLeaveWhileItsStreamIsBeingEnded) {
  FakeConnection& connection = NewConnection();
  connection.room = 0;
  Join(connection, "1", {.age_max = seconds(5), .age_jitter = 0});
  AdvanceBy(seconds(6));
  connection.Close();
  AdvanceBy(seconds(120));
  EXPECT_TRUE(connection.IsDestroyed());
  EXPECT_EQ(Ended("peer_closed"), 1);
  EXPECT_EQ(Ended("age_limit"), 0);
  EXPECT_EQ(hub().stream_count(), 0u);
}

TEST_F(HubTimeTest, IdleStreamsGetCommentsAndEndAsUsual) {
  FakeConnection& connection = NewConnection();
  connection.SetSubscriber(
      hub().JoinIdle(connection.MakeSink(), {.age_max = seconds(30), .age_jitter = 0}));
  AdvanceBy(seconds(31));
  EXPECT_EQ(connection.bytes(), std::string(wire::kKeepAliveChunk) + std::string(wire::kLastChunk));
  EXPECT_TRUE(connection.IsFinished());
}

// Goal: closing a channel waits for cut frames as the age limit does.
TEST_F(HubTimeTest, CloseWaitsForTheFrameUnderWay) {
  FakeConnection& connection = NewConnection();
  connection.room = 10;
  Join(connection);
  OfferAndRun(1);
  hub().Close("1");
  shard_.RunReady();
  EXPECT_FALSE(connection.IsFinished());
  connection.DrainAll();
  EXPECT_TRUE(connection.IsFinished());
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(Ended("environment_gone"), 1);
}

// ---- Shutdown

// Goal: ends are spread evenly over the window, over all channels, and all are clean.
TEST_F(HubTimeTest, ShutdownSpreadsTheEnds) {
  for (int i = 0; i < 10; ++i)
    JoinMany(100, std::to_string(i), StreamTerms{.age_max = seconds(600), .age_jitter = 0});
  hub().Shutdown(seconds(4));
  for (int i = 1; i <= 4; ++i) {
    AdvanceBy(seconds(1));
    EXPECT_NEAR(static_cast<double>(CountFinished()), i * 250.0, 60.0);
  }
  AdvanceBy(milliseconds(200));
  EXPECT_EQ(CountFinished(), 1'000u);
  EXPECT_EQ(Ended("shutdown"), 1'000);
  EXPECT_EQ(hub().stream_count(), 0u);
  for (const FakeConnection& connection : connections_)
    EXPECT_TRUE(connection.Received().has_ended);
}

// Goal: one that joins during shutdown is told the newest, and ends within the window; after it, at
// once.
TEST_F(HubTimeTest, LateJoinersEndSoon) {
  OfferAndRun(1);
  hub().Shutdown(seconds(4));
  AdvanceBy(seconds(1));
  const auto late = JoinMany(20);
  AdvanceBy(milliseconds(3'300));
  for (const FakeConnection* connection : late) {
    EXPECT_EQ(connection->Received().stamps, Stamps{TextAt(1)});
    EXPECT_TRUE(connection->IsFinished());
  }
  FakeConnection& later = Join();
  AdvanceBy(milliseconds(200));
  EXPECT_TRUE(later.IsFinished());
  EXPECT_EQ(Ended("shutdown"), 21);
}

// Goal: a stream whose age ends sooner than its share of the window keeps its own time and reason.
TEST_F(HubTimeTest, ShutdownProlongsNothing) {
  FakeConnection& connection = Join("1", {.age_max = seconds(5), .age_jitter = 0});
  hub().Shutdown(seconds(100'000));
  AdvanceBy(seconds(6));
  EXPECT_TRUE(connection.IsFinished());
  EXPECT_EQ(Ended("age_limit"), 1);
}

TEST_F(HubTimeTest, ShutdownWithoutAWindowEndsAllAtTheNextTick) {
  JoinMany(10);
  FakeConnection& idle = NewConnection();
  idle.SetSubscriber(hub().JoinIdle(idle.MakeSink(), kForEver));
  hub().Shutdown(seconds(0));
  AdvanceBy(milliseconds(100));
  EXPECT_EQ(CountFinished(), 11u);
}

}  // namespace
}  // namespace flagstream::stream
