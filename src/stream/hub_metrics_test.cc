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

}  // namespace
}  // namespace flagstream::stream
