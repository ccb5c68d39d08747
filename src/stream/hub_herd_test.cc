// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "stream/hub.h"
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using Stamps = std::vector<std::string>;

// Goal: those who are told of a change fetch at once, so they are told no more often than helps
// them, and not all in the same instant if the operator wants that.
class HubHerdTest : public HubTest {
 protected:
  size_t Told(int64_t n) const {
    return static_cast<size_t>(std::ranges::count_if(
        connections_,
        [n](const FakeConnection& connection) { return connection.NewestStamp() == TextAt(n); }));
  }
  double Merged() const { return Metric("flagstream_stream_frames_merged_total"); }
};

// ---- Merging

class HubMergeTest : public HubHerdTest {
 protected:
  HubMergeTest() { options_.merge = milliseconds(5); }
};

TEST_F(HubMergeTest, TheFirstLeavesAtOnceAndItsFollowersMerge) {
  FakeConnection& connection = Join();
  OfferAndRun(1);
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
  AdvanceBy(milliseconds(1));
  OfferAndRun(2);
  AdvanceBy(milliseconds(2));
  OfferAndRun(3);
  AdvanceBy(milliseconds(1));
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
  AdvanceBy(milliseconds(1));
  EXPECT_EQ(connection.Received().stamps, (Stamps{TextAt(1), TextAt(3)}));
  EXPECT_EQ(Merged(), 1);
  // From then on as before.
  OfferAndRun(4);
  AdvanceBy(milliseconds(4));
  EXPECT_EQ(connection.NewestStamp(), TextAt(3));
  AdvanceBy(milliseconds(1));
  EXPECT_EQ(connection.NewestStamp(), TextAt(4));
  AdvanceBy(milliseconds(5));
  OfferAndRun(5);
  EXPECT_EQ(connection.NewestStamp(), TextAt(5));
}

TEST_F(HubMergeTest, ChannelsDoNotWaitForEachOther) {
  Join("1");
  FakeConnection& other = Join("2");
  OfferAndRun(1, "1");
  OfferAndRun(2, "2");
  EXPECT_EQ(other.NewestStamp(), TextAt(2));
}

// Goal: who joins while the others wait is told the newest at once, and nothing twice.
TEST_F(HubMergeTest, NewcomersDoNotWait) {
  Join();
  OfferAndRun(1);
  OfferAndRun(2);
  FakeConnection& late = Join();
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(2)});
  AdvanceBy(milliseconds(10));
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(2)});
}

// Goal: a channel that goes while it waits leaves nothing behind.
TEST_F(HubMergeTest, AChannelMayGoWhileItWaits) {
  FakeConnection& closed = Join();
  OfferAndRun(1);
  OfferAndRun(2);
  hub().Close("1");
  AdvanceBy(milliseconds(10));
  EXPECT_EQ(closed.Received().stamps, Stamps{TextAt(1)});
  EXPECT_TRUE(closed.IsFinished());

  FakeConnection& passing = NewConnection();
  passing.SetSubscriber(
      hub().JoinPassing("i1", MakeFrame(StampAt(1)), passing.MakeSink(), kForEver));
  hub().OfferPassing("i1", MakeFrame(StampAt(2)));
  shard_.RunReady();
  hub().OfferPassing("i1", MakeFrame(StampAt(3)));
  passing.Close();
  AdvanceBy(milliseconds(10));
  EXPECT_EQ(hub().channel_count(), 0u);

  Join("2");
  OfferAndRun(1, "2");
  OfferAndRun(2, "2");
  DestroyHub();
  AdvanceBy(milliseconds(1'000));
  EXPECT_EQ(shard_.task_count(), 0u);
}

// ---- Spreading

class HubSpreadTest : public HubHerdTest {
 protected:
  HubSpreadTest() { options_.spread = milliseconds(1'000); }
};

TEST_F(HubSpreadTest, ToldEvenlyOverTheWindow) {
  JoinMany(200);
  OfferAndRun(1);
  EXPECT_EQ(Told(1), 1u);
  for (int tenth = 1; tenth <= 10; ++tenth) {
    AdvanceBy(milliseconds(100));
    // A step of 5 ms is one of them.
    EXPECT_NEAR(static_cast<double>(Told(1)), tenth * 20, 2) << tenth;
  }
  AdvanceBy(milliseconds(5));
  EXPECT_EQ(Told(1), 200u);
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 200);
}

// Goal: each is told within the window, also of a change in the middle of it, and those who had not
// been told of the older are told of the newer alone.
TEST_F(HubSpreadTest, AChangeInTheMiddleReachesAllWithinAWindow) {
  const auto streams = JoinMany(100);
  OfferAndRun(1);
  AdvanceBy(milliseconds(500));
  const size_t early = Told(1);
  EXPECT_NEAR(static_cast<double>(early), 50, 2);
  OfferAndRun(2);
  EXPECT_EQ(Merged(), 1);
  AdvanceBy(milliseconds(500));
  EXPECT_NEAR(static_cast<double>(Told(2)), 50, 2);
  AdvanceBy(milliseconds(510));
  EXPECT_EQ(Told(2), 100u);
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), static_cast<double>(100 + early));
}

// Goal: a stream of changes costs each client one event a window.
TEST_F(HubSpreadTest, ManyChangesCostOneEventAWindow) {
  JoinMany(50);
  for (int n = 1; n <= 100; ++n) {
    OfferAndRun(n);
    AdvanceBy(milliseconds(50));
  }
  AdvanceBy(milliseconds(1'100));
  EXPECT_EQ(Told(100), 50u);
  for (const FakeConnection& connection : connections_)
    EXPECT_LE(connection.Received().stamps.size(), 7u);
}

TEST_F(HubSpreadTest, OneAloneIsToldAtOnce) {
  FakeConnection& connection = Join();
  for (int n = 1; n <= 3; ++n) {
    OfferAndRun(n);
    EXPECT_EQ(connection.NewestStamp(), TextAt(n));
  }
}

// Goal: a share that is larger than a slice lets other work have its turn, and is done all the
// same.
TEST_F(HubSpreadTest, LargeStepsAreSliced) {
  options_.slice = 10;
  options_.spread = milliseconds(20);
  JoinMany(1'000);
  Offer(1);
  AdvanceBy(milliseconds(10));
  EXPECT_NEAR(static_cast<double>(Told(1)), 500, 260);
  AdvanceBy(milliseconds(15));
  EXPECT_EQ(Told(1), 1'000u);
}

// Goal: streams that leave or join meanwhile disturb nothing.
TEST_F(HubSpreadTest, MembersMayChangeMeanwhile) {
  const auto streams = JoinMany(100);
  OfferAndRun(1);
  AdvanceBy(milliseconds(900));
  for (size_t i = 0; i < 100; i += 2) streams[i]->Close();
  const auto late = JoinMany(20);
  for (const FakeConnection* stream : late) EXPECT_EQ(stream->Received().stamps, Stamps{TextAt(1)});
  AdvanceBy(milliseconds(1'100));
  for (size_t i = 1; i < 100; i += 2)
    EXPECT_EQ(streams[i]->Received().stamps, Stamps{TextAt(1)}) << i;
  hub().Close("1");
  AdvanceBy(milliseconds(1'100));
  EXPECT_EQ(hub().stream_count(), 0u);
}

// Goal: repeats begin when all were told.
TEST_F(HubSpreadTest, RepeatsFollowTheWindow) {
  options_.spread = milliseconds(10'000);
  JoinMany(10, "1", {.age_max = kUnlimitedAge, .age_jitter = 0, .is_repeat_free = true});
  OfferAndRun(1);
  AdvanceBy(milliseconds(10'000));
  EXPECT_EQ(Told(1), 10u);
  EXPECT_EQ(Metric("flagstream_stream_repeats_total"), 0);
  AdvanceBy(milliseconds(5'100));
  EXPECT_EQ(Metric("flagstream_stream_repeats_total"), 10);
}

}  // namespace
}  // namespace flagstream::stream
