// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stream/hub_test.h"

// What can be seen of a hub's channels.
namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

class HubViewTest : public HubTest {
 protected:
  HubViewTest() { options_.changes_kept = ChannelView::kChangesMax; }

  static StreamTerms TermsOf(ClientKind client) {
    StreamTerms terms = kForEver;
    terms.client = client;
    return terms;
  }
  StreamCounts Total() { return hub().Look("1").Total(); }
};

// Goal: streams are told apart by client and age; who left, or is elsewhere, is not among them.
TEST_F(HubViewTest, CountsStreamsByClientAndAge) {
  const StreamTerms browser = TermsOf(ClientKind::kBrowser);
  Join("1", browser).Close();
  Join("1", browser);
  Join("1", browser);
  Join("2", browser);
  AdvanceBy(minutes(55));
  Join("1", TermsOf(ClientKind::kOther));
  AdvanceBy(minutes(4));
  Join("1", browser);
  AdvanceBy(milliseconds(59'900));
  const ChannelView early = hub().Look("1");
  EXPECT_EQ(early.Of(ClientKind::kBrowser).ages, (std::array<size_t, 4>{1, 0, 2, 0}));
  AdvanceBy(milliseconds(100));
  const ChannelView view = hub().Look("1");
  EXPECT_EQ(view.Of(ClientKind::kBrowser).ages, (std::array<size_t, 4>{0, 1, 0, 2}));
  EXPECT_EQ(view.Of(ClientKind::kOther).ages, (std::array<size_t, 4>{0, 1, 0, 0}));
  EXPECT_EQ(view.Total().streams, 4u);
  EXPECT_EQ(view.newest, std::nullopt);
  EXPECT_EQ(view.Total().offered, 0u);
  EXPECT_EQ(view.Total().written, 0u);
}

// Goal: how far the newest frame has come shows at each turn: whose turn it was, who took it, who
// does not read.
TEST_F(HubViewTest, ShowsHowFarTheNewestHasCome) {
  options_.slice = 10;
  FakeConnection& cut = Join();
  cut.room = 3;
  FakeConnection& full = Join();
  full.room = 0;
  JoinMany(18);
  Offer(1);
  EXPECT_EQ(Total(), (StreamCounts{.streams = 20, .ages = {20, 0, 0, 0}}));
  EXPECT_EQ(hub().Look("1").newest, StampAt(1));
  shard_.RunOne();
  EXPECT_EQ(Total(),
            (StreamCounts{
                .streams = 20, .offered = 10, .written = 8, .behind = 2, .ages = {20, 0, 0, 0}}));
  shard_.RunReady();
  EXPECT_EQ(Total(),
            (StreamCounts{
                .streams = 20, .offered = 20, .written = 18, .behind = 2, .ages = {20, 0, 0, 0}}));
  cut.DrainAll();
  full.DrainAll();
  EXPECT_EQ(Total().written, 20u);
  EXPECT_EQ(Total().behind, 0u);
}

// Goal: a change has the times of its commit, of the first and of the last write, also where it
// took several turns; one that gave way to a newer has those who were told; late ones count apart.
TEST_F(HubViewTest, LogsWhatBecameOfChanges) {
  options_.slice = 10;
  JoinMany(25);
  FakeConnection& slow = NewConnection();
  slow.room = 3;
  Join(slow);
  const int64_t start = clock_.NowMicros();
  Offer(1);
  for (int turn = 0; turn < 3; ++turn) {
    clock_.Advance(milliseconds(1));
    shard_.RunOne();
  }
  clock_.Advance(milliseconds(1));
  Offer(2);
  clock_.Advance(milliseconds(1));
  shard_.RunOne();
  Offer(3);
  shard_.RunReady();
  clock_.Advance(milliseconds(1));
  slow.DrainAll();
  EXPECT_EQ(hub().Look("1").changes, (std::vector<LoggedChange>{
                                         {.stamp = StampAt(1),
                                          .committed = start,
                                          .offered = 26,
                                          .written = 25,
                                          .first_write = start + 1'000,
                                          .last_write = start + 3'000},
                                         {.stamp = StampAt(2),
                                          .committed = start + 4'000,
                                          .offered = 26,
                                          .written = 10,
                                          .first_write = start + 5'000,
                                          .last_write = start + 5'000},
                                         {.stamp = StampAt(3),
                                          .committed = start + 5'000,
                                          .offered = 26,
                                          .written = 25,
                                          .first_write = start + 5'000,
                                          .last_write = start + 5'000,
                                          .late = 1,
                                          .last_late_write = start + 6'000},
                                     }));
}

// Goal: neither who joins later, nor a repeat, nor a comment is a write of the change.
TEST_F(HubViewTest, OnlyTheFanOutIsLogged) {
  StreamTerms terms = kForEver;
  terms.is_repeat_free = true;
  Join("1", terms);
  OfferAndRun(1);
  const std::vector<LoggedChange> changes = hub().Look("1").changes;
  ASSERT_EQ(changes.size(), 1u);
  Join("1");
  AdvanceBy(minutes(1));
  EXPECT_EQ(Metric("flagstream_stream_repeats_total"), 1);
  EXPECT_EQ(hub().Look("1").changes, changes);
}

// Goal: one who reads a comment's rest late was not told of a change.
TEST_F(HubViewTest, ACommentThatComesLateIsNoWrite) {
  FakeConnection& stream = Join("1");
  OfferAndRun(1);
  stream.room = 1;
  AdvanceBy(std::chrono::seconds(17));
  EXPECT_EQ(Total().behind, 1u);
  EXPECT_EQ(Total().written, 1u);
  stream.DrainAll();
  EXPECT_EQ(Total().behind, 0u);
  EXPECT_EQ(hub().Look("1").changes.at(0).late, 0u);
}

// Goal: what found nobody costs no memory and is not shown.
TEST_F(HubViewTest, AChangeThatFindsNobodyIsNotLogged) {
  OfferAndRun(1);
  FakeConnection& stream = Join();
  OfferAndRun(2);
  stream.Close();
  OfferAndRun(3);
  const ChannelView view = hub().Look("1");
  ASSERT_EQ(view.changes.size(), 1u);
  EXPECT_EQ(view.changes[0].stamp, StampAt(2));
  EXPECT_EQ(view.newest, StampAt(3));
}

// Goal: no log where it is not asked for, nor of an identity's channel.
TEST_F(HubViewTest, ALogIsKeptOnlyWhereItIsAskedFor) {
  hub().JoinPassing("identity", nullptr, NewConnection().MakeSink(), kForEver);
  hub().OfferPassing("identity", MakeFrame(StampAt(1), clock_.NowMicros()));
  shard_.RunReady();
  EXPECT_TRUE(hub().Look("identity").changes.empty());
  EXPECT_EQ(hub().Look("identity").Total().written, 1u);
  DestroyHub();
  options_.changes_kept = 0;
  Join();
  OfferAndRun(2);
  EXPECT_TRUE(hub().Look("1").changes.empty());
}

TEST_F(HubViewTest, AChannelThatIsNotThereIsNotMade) {
  EXPECT_EQ(hub().Look("nobody").Total(), StreamCounts());
  EXPECT_EQ(hub().channel_count(), 0u);
}

}  // namespace
}  // namespace flagstream::stream
