// SPDX-License-Identifier: Apache-2.0
#include "stream/client_profile.h"

#include <gtest/gtest.h>

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds AgeWith(std::optional<milliseconds> operators,
                     std::string_view user_agent = "curl/7.88") {
  return ClientProfiles(operators).LimitsFor({.user_agent = user_agent}).age_max;
}

TEST(ClientProfilesTest, DefaultIsThirtySecondsGiveOrTakeATenth) {
  for (const auto* agent : {"", "Mozilla/5.0", "python-requests/2.31"}) {
    const StreamLimits limits = ClientProfiles(std::nullopt).LimitsFor({.user_agent = agent});
    EXPECT_EQ(limits, (StreamLimits{.age_max = seconds(30), .age_jitter = 0.1})) << agent;
  }
}

TEST(ClientProfilesTest, TheOperatorsWordHolds) {
  EXPECT_EQ(AgeWith(seconds(120)), seconds(120));
  EXPECT_EQ(AgeWith(seconds(120), "Mozilla/5.0"), seconds(120));
}

TEST(ClientProfilesTest, StreamsAreNeverTooShort) {
  EXPECT_EQ(AgeWith(seconds(1)), seconds(5));
  EXPECT_EQ(AgeWith(seconds(0)), seconds(5));
}

TEST(ClientProfilesTest, NegativeIsNoLimit) { EXPECT_EQ(AgeWith(seconds(-1)), kUnlimitedAge); }

}  // namespace
}  // namespace flagstream::stream
