// SPDX-License-Identifier: Apache-2.0
#include "api/sse/queue_change.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "net/request_builder.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"

namespace flagstream::api {
namespace {

// Goal: a report is believed only with the token, and thanked for only when it is durable.

class HeldKeeper final : public replica::StampKeeper {
 public:
  void Keep(std::vector<replica::KeyStamp> stamps, UniqueFunction<void(Result<>)> done) override {
    for (replica::KeyStamp& stamp : stamps) kept.push_back(std::move(stamp));
    dones.push_back(std::move(done));
  }
  void FinishAll(const Result<>& result = {}) {
    for (auto& done : std::exchange(dones, {})) done(result);
  }

  std::vector<replica::KeyStamp> kept;
  std::vector<UniqueFunction<void(Result<>)>> dones;
};

class QueueChangeTest : public ::testing::Test {
 protected:
  QueueChangeTest() {
    RegisterQueueChange(router_, RelayContext{.publish_token = "s3cret", .relay = relay_.port(0)});
  }

  testing::HttpAnswerPtr Report(std::string_view authorization, std::string_view body) {
    auto answer = client_.Send(net::RequestBuilder("POST", "/sse/environments/Hq7u/queue-change")
                                   .Header("Authorization", authorization)
                                   .Header("Content-Type", "application/json")
                                   .Body(body)
                                   .Build());
    shard_.RunReady();
    return answer;
  }

  static constexpr std::string_view kBody = R"({"updated_at": "2026-05-01T09:30:00.123456+00:00"})";

  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  telemetry::Registry metrics_;
  stream::Hub hub_{{}, shard_, clock_, Random(1), metrics_};
  HeldKeeper keeper_;
  replica::StampRelay relay_{10, keeper_, clock_, {{&shard_, &hub_}}};
  net::Router router_{MakeFallbackAnswers()};
  testing::HttpClient client_{router_, shard_};
};

TEST_F(QueueChangeTest, AnswersOnceTheStampIsDurable) {
  const auto answer = Report("Token s3cret", kBody);
  EXPECT_FALSE(answer->sent);
  EXPECT_EQ(keeper_.kept,
            (std::vector<replica::KeyStamp>{{"Hq7u", Stamp::FromMicros(1'777'627'800'123'456)}}));
  keeper_.FinishAll();
  shard_.RunReady();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");

  const auto again = Report("token s3cret", kBody);
  EXPECT_EQ(again->status, 200);
}

TEST_F(QueueChangeTest, ADiskThatIsFullIsTold) {
  const auto answer = Report("Token s3cret", kBody);
  keeper_.FinishAll(Error::Unavailable("disk full"));
  shard_.RunReady();
  EXPECT_EQ(answer->status, 503);
  EXPECT_TRUE(answer->Has("Retry-After"));
}

TEST_F(QueueChangeTest, NobodyGetsInWithoutTheToken) {
  for (const std::string_view authorization :
       {"", "s3cret", "Token", "Token ", "Token s3cre", "Token s3cret1", "Bearer s3cret"}) {
    const auto answer = Report(authorization, "nonsense");
    EXPECT_EQ(answer->status, 401) << authorization;
    EXPECT_EQ(answer->Header("Content-Type"), "application/json");
    EXPECT_EQ(answer->Header("WWW-Authenticate"), "Token realm=\"api\"");
  }
  EXPECT_TRUE(keeper_.kept.empty());
}

TEST_F(QueueChangeTest, BodiesWithoutADateAreRefused) {
  for (const std::string_view body : {"", "{}", "[]", R"({"updated_at": "soon"})"}) {
    EXPECT_EQ(Report("Token s3cret", body)->status, 400) << body;
  }
}

}  // namespace
}  // namespace flagstream::api
