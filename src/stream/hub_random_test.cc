// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "stream/hub_test.h"

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One connection and what the checker remembers of it.
struct Client {
  FakeConnection connection;
  std::string channel;
  StreamTerms terms;
  bool has_left = false;
};

// Everything that can happen to a hub, drawn from a seed, and what must hold whatever happened.
class HubRandomTest : public HubTest {
 protected:
  ~HubRandomTest() override { DestroyHub(); }  // its sinks before the clients they belong to

  void Play(uint64_t seed) {
    Random random(seed);
    options_ = {.keepalive = seconds(3),
                .write_timeout = seconds(8),
                .slice = static_cast<size_t>(random.Between(1, 20)),
                .repeat = seconds(random.Between(0, 5)),
                .merge = milliseconds(random.Between(0, 10)),
                .spread = milliseconds(random.Between(0, 1) * random.Between(0, 300))};
    for (int step = 0; step < 1'500; ++step) {
      Act(random);
      if (step % 50 == 0) CheckAlways();
    }
    Settle();
    CheckAlways();
    CheckAfterQuiet();
    CheckCounts();
  }

 private:
  static std::string DrawChannel(Random& random) { return std::to_string(random.Between(1, 3)); }

  static StreamTerms DrawTerms(Random& random) {
    return {.age_max = seconds(random.Between(5, 60)),
            .age_jitter = 0.1,
            .ends_after_change = random.Between(0, 4) == 0,
            .needs_whole_events = random.Between(0, 4) == 0,
            .is_repeat_free = random.Between(0, 1) == 0};
  }

  Client* DrawClient(Random& random) {
    if (clients_.empty()) return nullptr;
    return &clients_[static_cast<size_t>(
        random.Between(0, static_cast<int64_t>(clients_.size()) - 1))];
  }

  void Act(Random& random) {
    const int64_t action = random.Between(0, 99);
    if (action < 20) {
      JoinOne(random);
    } else if (action < 35) {
      OfferOne(random);
    } else if (action < 60) {
      if (Client* client = DrawClient(random))
        client->connection.Drain(static_cast<size_t>(random.Between(1, 120)));
    } else if (action < 66) {
      if (Client* client = DrawClient(random)) Leave(*client);
    } else if (action < 80) {
      for (int64_t i = random.Between(1, 4); i > 0; --i) shard_.RunOne();
    } else if (action < 98) {
      AdvanceBy(milliseconds(random.Between(1, 400)));
    } else if (action == 98) {
      const std::string channel = DrawChannel(random);
      hub().Close(channel);
      newest_.erase(channel);
    } else if (Client* client = DrawClient(random)) {
      client->connection.during_send = [this, client] { Leave(*client); };
    }
  }

  void JoinOne(Random& random) {
    Client& client = clients_.emplace_back();
    client.channel = DrawChannel(random);
    if (random.Between(0, 2) > 0)
      client.connection.room = static_cast<size_t>(random.Between(0, 250));
    client.terms = DrawTerms(random);
    ++joined_;
    client.connection.SetSubscriber(
        hub().Join(client.channel, client.connection.MakeSink(), client.terms));
    open_most_ = std::max(open_most_, OpenSlots());
  }

  // Sometimes one that is older than what is held, which must change nothing.
  void OfferOne(Random& random) {
    const std::string channel = DrawChannel(random);
    const int64_t n =
        random.Between(0, 5) == 0 ? random.Between(1, std::max<int64_t>(last_, 1)) : ++last_;
    hub().Offer(channel, MakeFrame(StampAt(n)));
    newest_[channel] = std::max(newest_[channel], n);
  }

  void Leave(Client& client) {
    client.has_left = true;
    client.connection.Close();
  }

  // Streams whose slot is in use: open, or ended and not yet destroyed.
  size_t OpenSlots() const {
    return static_cast<size_t>(std::ranges::count_if(
        clients_, [](const Client& client) { return !client.connection.IsDestroyed(); }));
  }

  // All read everything, and no work is left.
  void Settle() {
    for (Client& client : clients_) client.connection.DrainAll();
    shard_.RunReady();
    AdvanceBy(options_.merge + options_.spread + milliseconds(10));
  }

  void CheckAlways() {
    for (const Client& client : clients_) {
      const std::optional<ReceivedStream> received = ReadStream(client.connection.bytes());
      ASSERT_TRUE(received.has_value()) << client.connection.bytes();
      ASSERT_TRUE(std::ranges::is_sorted(received->stamps)) << "a stamp went back";
      if (!client.terms.needs_whole_events) {
        const int64_t times_most = client.terms.is_repeat_free ? 2 : 1;
        for (const std::string& stamp : received->stamps)
          ASSERT_LE(std::ranges::count(received->stamps, stamp), times_most) << stamp;
      }
      // One that leaves while it is sent its last chunk has that, and is not finished.
      ASSERT_TRUE(received->has_ended || !client.connection.IsFinished());
      ASSERT_TRUE(client.connection.IsFinished() || client.has_left || !received->has_ended);
    }
    ASSERT_LE(hub().slot_count(), open_most_ + SubscriberSlots::kSlotsPerBlock);
    ASSERT_LE(hub().channel_count(), 3u);
  }

  void CheckAfterQuiet() {
    size_t open = 0;
    for (const Client& client : clients_) {
      if (client.connection.IsDestroyed()) continue;
      ++open;
      const auto newest = newest_.find(client.channel);
      ASSERT_EQ(client.connection.NewestStamp(),
                newest == newest_.end() ? "" : TextAt(newest->second));
      const std::vector<std::string> stamps = client.connection.Received().stamps;
      // Of cut events that are sent again the hub knows better which one was the first.
      ASSERT_TRUE(!client.terms.ends_after_change || client.terms.needs_whole_events ||
                  stamps.empty() || stamps.front() == stamps.back())
          << "a stream outlived a change";
    }
    ASSERT_EQ(hub().stream_count(), open);
    ASSERT_EQ(Metric("flagstream_streams_open"), static_cast<double>(open));
    ASSERT_EQ(Metric("flagstream_streams_behind"), 0);
  }

  // Each stream ended once, for the reason that can be seen from outside.
  void CheckCounts() {
    size_t finished = 0;
    size_t left = 0;
    size_t dropped = 0;
    size_t events = 0;
    size_t comments = 0;
    size_t bytes = 0;
    size_t uncounted_most = 0;  // events that were cut, to those who need them whole
    for (const Client& client : clients_) {
      const ReceivedStream received = client.connection.Received();
      events += received.stamps.size();
      if (client.terms.needs_whole_events) uncounted_most += received.stamps.size();
      comments += received.comments;
      bytes += client.connection.bytes().size();
      if (!client.connection.IsDestroyed()) continue;
      if (client.connection.IsFinished()) {
        ++finished;
      } else if (client.has_left) {
        ++left;
      } else {
        ++dropped;
      }
    }
    EXPECT_EQ(Ended("age_limit") + Ended("environment_gone") + Ended("change_told"),
              static_cast<double>(finished));
    // A peer may also leave after its stream was dropped, before it hears of it.
    EXPECT_GE(Ended("write_timeout"), static_cast<double>(dropped));
    EXPECT_EQ(Ended("write_timeout") + Ended("peer_closed"), static_cast<double>(dropped + left));
    EXPECT_EQ(Metric("flagstream_streams_opened_total"), static_cast<double>(joined_));
    // What was under way when a peer left may have come or not.
    const double sent = Metric("flagstream_stream_frames_delivered_total") +
                        Metric("flagstream_stream_repeats_total");
    EXPECT_LE(sent, static_cast<double>(events + left + dropped));
    EXPECT_GE(sent + static_cast<double>(left + uncounted_most), static_cast<double>(events));
    EXPECT_GE(Metric("flagstream_stream_comments_total"),
              static_cast<double>(comments) - static_cast<double>(left));
    EXPECT_LE(Metric("flagstream_stream_bytes_total"), static_cast<double>(bytes));
  }

  std::deque<Client> clients_;
  std::map<std::string, int64_t> newest_;
  int64_t last_ = 0;
  size_t joined_ = 0;
  size_t open_most_ = 0;
};

class HubSeedTest : public HubRandomTest, public ::testing::WithParamInterface<uint64_t> {};

// Goal: stamps never go back, bytes are whole chunks, after quiet all have the newest, whoever was
// dropped was counted, slots are bounded.
TEST_P(HubSeedTest, HoldsItsPromises) { Play(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Seeds, HubSeedTest, ::testing::Range(uint64_t{1}, uint64_t{61}));

// Goal: the same from a seed of its own on every run; it is printed when it fails.
TEST_F(HubRandomTest, HoldsItsPromisesFromAFreshSeed) {
  const uint64_t seed = SecureRandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Play(seed);
}

}  // namespace
}  // namespace flagstream::stream
