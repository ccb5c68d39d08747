// SPDX-License-Identifier: Apache-2.0
#include "net/first_requests.h"

#include <gtest/gtest.h>

#include <chrono>

namespace flagstream::net {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// Goal: on a shard that is busy with others, who is new waits, but none of as many as may connect
// at once longer than three seconds.
TEST(FirstRequestsTest, NobodyWaitsForThreeSeconds) {
  constexpr size_t kConnections = 20'000;  // descriptors that a process often has
  constexpr microseconds kOneFirstRequest{30};
  constexpr microseconds kAllElseInATurn{6'000};  // 128 events of 40 us, and a slice of a fan-out

  microseconds waited{0};
  size_t read = 0;
  while (read < kConnections) {
    const size_t count = FirstRequests::CountPerTurn(waited);
    waited += kAllElseInATurn + count * kOneFirstRequest;
    read += count;
  }
  EXPECT_LT(waited, seconds(3));
  EXPECT_GT(waited, seconds(1));
}

}  // namespace
}  // namespace flagstream::net
