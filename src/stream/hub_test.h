// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/fake_connection.h"
#include "stream/hub.h"
#include "telemetry/registry.h"
#include "testing/fake_clock.h"
#include "testing/manual_executor.h"
#include "wire/sse.h"

namespace flagstream::stream {

// The n-th tick of a day in 2026.
inline Stamp StampAt(int64_t n) {
  return Stamp::FromMicros(1'777'627'800'000'000 + n * Stamp::kTickMicros);
}
inline std::string TextAt(int64_t n) { return wire::StampText(StampAt(n)); }

// A hub whose time and tasks the test drives, and connections that it looks at from the far side.
class HubTest : public ::testing::Test {
 protected:
  static constexpr StreamTerms kForEver{.age_max = kUnlimitedAge, .age_jitter = 0};

  ~HubTest() override { hub_.reset(); }

  HubOptions options_;
  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  telemetry::Registry registry_;

  // Made when first asked for, with the options of then.
  Hub& hub() {
    if (hub_ == nullptr)
      hub_ = std::make_unique<Hub>(options_, shard_, clock_, Random(1), registry_);
    return *hub_;
  }
  void DestroyHub() { hub_.reset(); }

  FakeConnection& NewConnection() { return connections_.emplace_back(); }

  FakeConnection& Join(FakeConnection& connection, std::string_view channel = "1",
                       StreamTerms terms = kForEver) {
    connection.SetSubscriber(hub().Join(channel, connection.MakeSink(), terms));
    return connection;
  }
  FakeConnection& Join(std::string_view channel = "1", StreamTerms terms = kForEver) {
    return Join(NewConnection(), channel, terms);
  }
  std::vector<FakeConnection*> JoinMany(size_t count, std::string_view channel = "1",
                                        StreamTerms terms = kForEver) {
    std::vector<FakeConnection*> joined;
    for (size_t i = 0; i < count; ++i) joined.push_back(&Join(channel, terms));
    return joined;
  }

  void Offer(int64_t n, std::string_view channel = "1") {
    hub().Offer(channel, MakeFrame(StampAt(n), clock_.NowMicros()));
  }
  void OfferAndRun(int64_t n, std::string_view channel = "1") {
    Offer(n, channel);
    shard_.RunReady();
  }
  void AdvanceBy(std::chrono::milliseconds by) { shard_.AdvanceBy(by); }

  // The value of one sample of the metrics' text; -1 if there is none.
  double Metric(const std::string& series) const {
    const std::string text = "\n" + registry_.PrometheusText();
    const size_t found = text.find("\n" + series + " ");
    return found == std::string::npos ? -1 : std::stod(text.substr(found + series.size() + 2));
  }
  double Ended(const std::string& reason) const {
    return Metric("flagstream_streams_ended_total{reason=\"" + reason + "\"}");
  }

  std::deque<FakeConnection> connections_;

 private:
  std::unique_ptr<Hub> hub_;
};

}  // namespace flagstream::stream
