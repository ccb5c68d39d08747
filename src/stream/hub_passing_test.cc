// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stream/hub.h"
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using Stamps = std::vector<std::string>;

// Goal: a channel that is there for its streams alone tells newcomers the newest stamp, those it
// has told only what is news to them, and leaves nothing behind.
class HubPassingTest : public HubTest {
 protected:
  static constexpr auto kName = "i1";

  FakeConnection& JoinPassing(FramePtr first, size_t room = FakeConnection::kUnlimited) {
    FakeConnection& connection = NewConnection();
    connection.room = room;
    connection.SetSubscriber(
        hub().JoinPassing(kName, std::move(first), connection.MakeSink(), kForEver));
    return connection;
  }
  void OfferPassing(int64_t n) { hub().OfferPassing(kName, MakeFrame(StampAt(n))); }
  void OfferPassingAndRun(int64_t n) {
    OfferPassing(n);
    shard_.RunReady();
  }
};

TEST_F(HubPassingTest, NewcomersAreSentTheirFirstFrameAtOnce) {
  EXPECT_EQ(JoinPassing(MakeFrame(StampAt(3))).Received().stamps, Stamps{TextAt(3)});
}

TEST_F(HubPassingTest, WithoutAFirstFrameTheyWaitForAnOffer) {
  FakeConnection& connection = JoinPassing(nullptr);
  EXPECT_EQ(connection.bytes(), "");
  OfferPassingAndRun(1);
  EXPECT_EQ(connection.Received().stamps, Stamps{TextAt(1)});
}

TEST_F(HubPassingTest, AFirstFrameReachesThoseWhoStillWait) {
  FakeConnection& waiting = JoinPassing(nullptr);
  JoinPassing(MakeFrame(StampAt(2)));
  shard_.RunReady();
  EXPECT_EQ(waiting.Received().stamps, Stamps{TextAt(2)});
}

TEST_F(HubPassingTest, ANewcomersFirstFrameIsNoNewsToTheOthers) {
  FakeConnection& early = JoinPassing(MakeFrame(StampAt(1)));
  FakeConnection& late = JoinPassing(MakeFrame(StampAt(5)));
  shard_.RunReady();
  EXPECT_EQ(early.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(5)});
  OfferPassingAndRun(6);
  EXPECT_EQ(early.Received().stamps, (Stamps{TextAt(1), TextAt(6)}));
  EXPECT_EQ(late.Received().stamps, (Stamps{TextAt(5), TextAt(6)}));
}

// Goal: an offer that a newcomer's first frame overtook still reaches those who joined before.
TEST_F(HubPassingTest, AnOfferThatANewcomerOvertookIsStillNewsToTheOthers) {
  for (const int64_t overtaking : {4, 5}) {
    FakeConnection& early = JoinPassing(MakeFrame(StampAt(1)));
    FakeConnection& late = JoinPassing(MakeFrame(StampAt(overtaking)));
    OfferPassingAndRun(4);
    // The newest is sent, and it says as much.
    EXPECT_EQ(early.Received().stamps, (Stamps{TextAt(1), TextAt(overtaking)}));
    EXPECT_EQ(late.Received().stamps, Stamps{TextAt(overtaking)});
    early.Close();
    late.Close();
    shard_.RunReady();
  }
}

TEST_F(HubPassingTest, OneThatWasBehindGetsTheNewestOnce) {
  FakeConnection& slow = JoinPassing(MakeFrame(StampAt(1)), /*room=*/0);
  FakeConnection& late = JoinPassing(MakeFrame(StampAt(5)));
  OfferPassingAndRun(4);
  slow.DrainAll();
  EXPECT_EQ(slow.Received().stamps, Stamps{TextAt(5)});
  OfferPassingAndRun(5);
  EXPECT_EQ(slow.Received().stamps, Stamps{TextAt(5)});
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(5)});
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

TEST_F(HubPassingTest, IsForgottenWithItsLastStream) {
  FakeConnection& one = JoinPassing(MakeFrame(StampAt(1)));
  FakeConnection& two = JoinPassing(MakeFrame(StampAt(1)));
  one.Close();
  EXPECT_EQ(hub().channel_count(), 1u);
  two.Close();
  EXPECT_EQ(hub().channel_count(), 0u);
  OfferPassingAndRun(2);  // one that was on its way
  EXPECT_EQ(hub().channel_count(), 0u);
  EXPECT_EQ(JoinPassing(nullptr).bytes(), "");
}

// Goal: it may lose its last stream in the middle of its own fan-out, or while it waits for one.
TEST_F(HubPassingTest, MayEndDuringItsFanOut) {
  FakeConnection& inside = JoinPassing(MakeFrame(StampAt(1)));
  inside.during_send = [&inside] { inside.Close(); };
  OfferPassing(2);
  shard_.RunReady();
  EXPECT_TRUE(inside.IsDestroyed());
  EXPECT_EQ(hub().channel_count(), 0u);

  FakeConnection& waiting = JoinPassing(MakeFrame(StampAt(1)));
  OfferPassing(2);
  waiting.Close();
  FakeConnection& next = JoinPassing(MakeFrame(StampAt(3)));
  shard_.RunReady();
  EXPECT_EQ(next.Received().stamps, Stamps{TextAt(3)});
  next.Close();
  shard_.RunReady();
  EXPECT_EQ(hub().channel_count(), 0u);
}

TEST_F(HubPassingTest, ClosingItEndsItsStreams) {
  FakeConnection& connection = JoinPassing(MakeFrame(StampAt(1)));
  hub().Close(kName);
  shard_.RunReady();
  EXPECT_TRUE(connection.Received().has_ended);
  EXPECT_EQ(Ended("environment_gone"), 1);
  EXPECT_EQ(hub().channel_count(), 0u);
}

}  // namespace
}  // namespace flagstream::stream
