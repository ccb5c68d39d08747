// SPDX-License-Identifier: Apache-2.0
#include "stream/hub_metrics.h"

#include <gtest/gtest.h>

#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

class HubMetricsTest : public HubTest {
 protected:
  static StreamTerms TermsOf(ClientKind client) {
    StreamTerms terms = kForEver;
    terms.client = client;
    return terms;
  }
  double OpenOf(const std::string& client) const {
    return Metric("flagstream_streams_open_by_client{client=\"" + client + "\"}");
  }
};

// Goal: each kind of client has its own count, which falls when a stream ends, and with the hub.
TEST_F(HubMetricsTest, StreamsAreCountedByKindOfClient) {
  FakeConnection& leaver = Join("1", TermsOf(ClientKind::kIos));
  Join("1", TermsOf(ClientKind::kIos));
  Join("2", TermsOf(ClientKind::kReactNative));
  EXPECT_EQ(OpenOf("ios"), 2);
  EXPECT_EQ(OpenOf("react-native"), 1);
  EXPECT_EQ(OpenOf("other"), 0);
  leaver.Close();
  EXPECT_EQ(OpenOf("ios"), 1);
  DestroyHub();
  EXPECT_EQ(OpenOf("ios"), 0);
  EXPECT_EQ(OpenOf("react-native"), 0);
}

// Goal: a stream that no event will come on is seen, and only while it is open.
TEST_F(HubMetricsTest, IdleStreamsAreCounted) {
  FakeConnection& idle = NewConnection();
  idle.SetSubscriber(hub().JoinIdle(idle.MakeSink(), kForEver));
  Join("1");
  EXPECT_EQ(Metric("flagstream_streams_idle"), 1);
  idle.Close();
  EXPECT_EQ(Metric("flagstream_streams_idle"), 0);
}

// Goal: what lives shorter than it should, as behind a proxy that cuts, shows in the ages.
TEST_F(HubMetricsTest, AgesAreObservedAtTheEnd) {
  const auto younger_than = [this](const std::string& seconds) {
    return Metric("flagstream_stream_age_seconds_bucket{le=\"" + seconds + "\"}");
  };
  FakeConnection& cut = Join("1");
  Join("1", {.age_max = std::chrono::minutes(10), .age_jitter = 0});
  AdvanceBy(std::chrono::seconds(60));
  EXPECT_EQ(younger_than("+Inf"), 0);
  cut.Close();
  EXPECT_EQ(younger_than("35"), 0);
  EXPECT_EQ(younger_than("65"), 1);
  AdvanceBy(std::chrono::minutes(10));
  EXPECT_EQ(younger_than("305"), 1);
  EXPECT_EQ(younger_than("725"), 2);
}

// Goal: how long the last stream of an environment waited is observed once per change that nothing
// overtook, whatever the number of turns, and not for an identity.
TEST_F(HubMetricsTest, FanOutsAreObservedAtTheirEnd) {
  const auto done_within = [this](const std::string& seconds) {
    return Metric("flagstream_stream_fan_out_seconds_bucket{le=\"" + seconds + "\"}");
  };
  options_.slice = 10;
  JoinMany(20);
  NewConnection().room = 3;
  Join(connections_.back());
  hub().JoinPassing("identity", nullptr, NewConnection().MakeSink(), kForEver);
  Offer(1);
  hub().OfferPassing("identity", MakeFrame(StampAt(1), clock_.NowMicros()));
  for (int turn = 0; turn < 2; ++turn) {
    clock_.Advance(std::chrono::milliseconds(4));
    shard_.RunOne();
  }
  EXPECT_EQ(done_within("+Inf"), 0);
  clock_.Advance(std::chrono::milliseconds(4));
  shard_.RunReady();
  EXPECT_EQ(done_within("+Inf"), 1);
  EXPECT_EQ(done_within("0.01"), 0);
  EXPECT_EQ(done_within("0.025"), 1);
  Offer(2);
  Offer(3);
  shard_.RunReady();
  EXPECT_EQ(done_within("+Inf"), 2);
}

}  // namespace
}  // namespace flagstream::stream
