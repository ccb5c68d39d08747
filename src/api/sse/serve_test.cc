// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "api/sdk/sdk_test_case.h"
#include "api/sse/queue_change.h"
#include "api/sse/register_sse.h"

namespace flagstream::api {
namespace {

// Goal: where there is data, a stream's channel is an environment, and a report of a change leads
// to a stamp of our own.

class ServeTest : public SdkTestCase {
 protected:
  ServeTest() {
    RegisterQueueChange(router_, TouchContext{.publish_token = "s3cret",
                                              .replica = replica_,
                                              .touch = [this](EnvironmentId environment,
                                                              UniqueFunction<void(Result<>)> then) {
                                                touched_.push_back(environment.value);
                                                thens_.push_back(std::move(then));
                                              }});
  }

  testing::HttpAnswerPtr Report(std::string_view key, std::string_view token) {
    return Ask(
        net::RequestBuilder("POST", "/sse/environments/" + std::string(key) + "/queue-change")
            .Header("Authorization", "Token " + std::string(token))
            .Body(R"({"updated_at": "2001-01-01T00:00:00Z"})")
            .Build());
  }

  std::vector<int64_t> touched_;
  std::vector<UniqueFunction<void(Result<>)>> thens_;
};

TEST_F(ServeTest, ChannelsAreEnvironments) {
  const FindEnvironment find = EnvironmentsOf(replica_);
  EXPECT_EQ(find(kClientKey), "1");
  EXPECT_EQ(find(kServerKey), "1");
  EXPECT_EQ(find("unknown"), std::nullopt);
  Change([](auto&, store::Project& project, auto&) { project.enable_realtime_updates = false; });
  EXPECT_EQ(find(kClientKey), std::nullopt);
}

TEST_F(ServeTest, InAHubEachKeyIsAnEnvironment) { EXPECT_EQ(EnvironmentsByKey()("any"), "any"); }

TEST_F(ServeTest, AReportTouchesTheEnvironment) {
  const auto answer = Report(kClientKey, "s3cret");
  EXPECT_EQ(touched_, std::vector<int64_t>{1});
  EXPECT_FALSE(answer->sent);
  thens_[0](Result<>());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_FALSE(answer->Has(kStampHeader));

  const auto failed = Report(kServerKey, "s3cret");
  thens_[1](Result<>(Error::Unavailable("disk full")));
  EXPECT_EQ(failed->status, 503);
}

TEST_F(ServeTest, OnlyThoseWithTheTokenLearnWhatIsThere) {
  EXPECT_EQ(Report(kClientKey, "wrong")->status, 401);
  EXPECT_EQ(Report("unknown", "wrong")->status, 401);
  EXPECT_EQ(Report("unknown", "s3cret")->status, 404);
  EXPECT_TRUE(touched_.empty());
}

}  // namespace
}  // namespace flagstream::api
