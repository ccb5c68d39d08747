// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stream/hub.h"
#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::seconds;
using Stamps = std::vector<std::string>;

// Goal: a hub keeps the terms that a stream was opened on.
class HubTermsTest : public HubTest {
 protected:
  static constexpr StreamTerms kEndsAfterChange{
      .age_max = kUnlimitedAge, .age_jitter = 0, .ends_after_change = true};
  static constexpr StreamTerms kWholeEvents{
      .age_max = kUnlimitedAge, .age_jitter = 0, .needs_whole_events = true};

  FakeConnection& JoinWithRoom(size_t room, StreamTerms terms, std::string_view channel = "1") {
    FakeConnection& connection = NewConnection();
    connection.room = room;
    return Join(connection, channel, terms);
  }
};

// ---- Ends after a change

// Goal: it ends with the event, in the same turn, and others of its channel do not.
TEST_F(HubTermsTest, AStreamEndsRightAfterAChange) {
  OfferAndRun(1);
  FakeConnection& ruby = Join("1", kEndsAfterChange);
  FakeConnection& other = Join();
  Offer(2);
  shard_.RunOne();
  EXPECT_EQ(ruby.Received().stamps, (Stamps{TextAt(1), TextAt(2)}));
  EXPECT_TRUE(ruby.Received().has_ended);
  EXPECT_TRUE(ruby.IsFinished());
  shard_.RunReady();
  EXPECT_TRUE(ruby.IsDestroyed());
  EXPECT_EQ(Ended("change_told"), 1);
  EXPECT_FALSE(other.IsFinished());
  EXPECT_EQ(hub().stream_count(), 1u);
}

// Goal: the first event ends no stream, whether it comes at once or later: its client would open
// the next at once, for ever.
TEST_F(HubTermsTest, TheFirstEventEndsNoStream) {
  FakeConnection& early = Join("1", kEndsAfterChange);
  OfferAndRun(1);
  FakeConnection& late = Join("1", kEndsAfterChange);
  AdvanceBy(seconds(600));
  EXPECT_FALSE(early.IsFinished());
  EXPECT_FALSE(late.IsFinished());
  EXPECT_EQ(early.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(late.Received().stamps, Stamps{TextAt(1)});
  EXPECT_EQ(Ended("change_told"), 0);
}

// Goal: all of a channel may end in the middle of its fan-out, and nobody is passed over.
TEST_F(HubTermsTest, EndingDuringAFanOutSkipsNobody) {
  options_.slice = 7;
  OfferAndRun(1);
  for (int i = 0; i < 40; ++i) Join("1", i % 2 == 0 ? kEndsAfterChange : kForEver);
  OfferAndRun(2);
  for (size_t i = 0; i < connections_.size(); ++i) {
    EXPECT_EQ(connections_[i].Received().stamps, (Stamps{TextAt(1), TextAt(2)})) << i;
    EXPECT_EQ(connections_[i].IsFinished(), i % 2 == 0) << i;
  }
  EXPECT_EQ(Ended("change_told"), 20);
}

// Goal: one that could not take the event whole ends when it has it, and the newest with it.
TEST_F(HubTermsTest, ACutEventEndsTheStreamWhenItIsWhole) {
  OfferAndRun(1);
  const size_t size = MakeFrame(StampAt(1))->chunk.size();
  for (const size_t cut : {size_t{0}, size_t{10}, MakeFrame(StampAt(2))->chunk.size() - 1}) {
    const std::string channel = "cut after " + std::to_string(cut);
    OfferAndRun(1, channel);
    FakeConnection& connection = JoinWithRoom(size + cut, kEndsAfterChange, channel);
    OfferAndRun(2, channel);
    OfferAndRun(3, channel);
    EXPECT_FALSE(connection.IsFinished());
    connection.DrainAll();
    EXPECT_EQ(connection.NewestStamp(), TextAt(3));
    EXPECT_TRUE(connection.IsFinished());
    EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
  }
  EXPECT_EQ(Ended("change_told"), 3);
}

// Goal: a slot that had such a stream before does not end the next one.
TEST_F(HubTermsTest, TheNextStreamOfASlotHasTermsOfItsOwn) {
  OfferAndRun(1);
  Join("1", kEndsAfterChange);
  OfferAndRun(2);
  FakeConnection& next = Join();
  OfferAndRun(3);
  EXPECT_FALSE(next.IsFinished());
  EXPECT_EQ(hub().slot_count(), SubscriberSlots::kSlotsPerBlock);
}

// ---- Whole events

// Goal: who reads no event that comes in two gets it once more in one, and so does one for whom the
// first event was cut.
TEST_F(HubTermsTest, ACutEventIsSentOnceMoreWhole) {
  const size_t size = MakeFrame(StampAt(1))->chunk.size();
  for (const bool is_first : {true, false}) {
    const std::string channel = is_first ? "first" : "later";
    if (!is_first) OfferAndRun(1, channel);
    FakeConnection& connection = JoinWithRoom(is_first ? 10 : size + 10, kWholeEvents, channel);
    OfferAndRun(2, channel);
    connection.DrainAll();
    Stamps wanted{TextAt(2), TextAt(2)};
    if (!is_first) wanted.insert(wanted.begin(), TextAt(1));
    EXPECT_EQ(connection.Received().stamps, wanted);
    EXPECT_EQ(connection.send_count(), wanted.size() + 1);
    OfferAndRun(3, channel);
    EXPECT_EQ(connection.NewestStamp(), TextAt(3));
    AdvanceBy(seconds(10));
    EXPECT_EQ(connection.Received().stamps.size(), wanted.size() + 1);
  }
  // The cut ones are none that the client has.
  EXPECT_EQ(Metric("flagstream_stream_frames_delivered_total"), 5);
  EXPECT_EQ(Metric("flagstream_streams_behind"), 0);
}

// Goal: what is sent whole afterwards is the newest.
TEST_F(HubTermsTest, TheNewestIsSentWhole) {
  FakeConnection& connection = JoinWithRoom(10, kWholeEvents);
  OfferAndRun(1);
  OfferAndRun(2);
  connection.DrainAll();
  EXPECT_EQ(connection.Received().stamps, (Stamps{TextAt(1), TextAt(2)}));
}

TEST_F(HubTermsTest, AnEventThatIsNotCutIsOneWrite) {
  FakeConnection& connection = Join("1", kWholeEvents);
  for (int n = 1; n <= 5; ++n) OfferAndRun(n);
  EXPECT_EQ(connection.send_count(), 5u);
  EXPECT_EQ(connection.Received().stamps.size(), 5u);
}

}  // namespace
}  // namespace flagstream::stream
