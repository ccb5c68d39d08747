// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "api/sse/register_sse.h"
#include "net/request_builder.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

// Goal: whoever asks for a stream gets one, or is held back; nothing that we answer makes a client
// ask again at once.

using std::chrono::milliseconds;
using std::chrono::seconds;

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    RegisterSse(router_, {.hub = hub_, .slots = slots_, .random = random_, .profiles = profiles_},
                [](std::string_view key) -> std::optional<std::string> {
                  if (key != "known") return std::nullopt;
                  return "1";
                });
  }

  testing::HttpAnswerPtr Open(std::string_view target = "/sse/environments/known/stream") {
    auto answer = client_.Send("GET", target);
    shard_.RunReady();
    return answer;
  }
  void Offer(int64_t micros) {
    hub_.Offer("1", stream::MakeFrame(Stamp::FromMicros(micros)));
    shard_.RunReady();
  }

  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  telemetry::Registry metrics_;
  StreamSlots slots_{{.total = 2}};
  stream::Hub hub_{{}, shard_, clock_, Random(1), metrics_};
  Random random_{7};
  stream::ClientProfiles profiles_{std::nullopt};
  net::Router router_{MakeFallbackAnswers()};
  testing::HttpClient client_{router_, shard_};
};

TEST_F(StreamTest, TheNewestEventComesFirst) {
  Offer(1'735'229'888'765'625);
  for (const std::string_view target :
       {"/sse/environments/known/stream?lastEventId=7", "/sse/environments/known/stream/"}) {
    const auto answer = Open(target);
    ASSERT_NE(answer->stream, nullptr) << target;
    EXPECT_EQ(answer->stream->head, wire::kStreamResponseHead);
    EXPECT_NE(answer->stream->received.find("data: {\"updated_at\": 1735229888.765625}\n"),
              std::string::npos)
        << answer->stream->received;
  }
}

TEST_F(StreamTest, EventsArriveAsTheyAreOffered) {
  const auto answer = Open();
  EXPECT_EQ(answer->stream->received, "");
  Offer(1'735'229'888'765'625);
  EXPECT_EQ(answer->stream->received,
            wire::EncodeChunk(wire::EncodeEvent(Stamp::FromMicros(1'735'229'888'765'625))));
}

TEST_F(StreamTest, ASlowReaderGetsTheRestWhenItDrains) {
  const auto answer = Open();
  answer->stream->room = 10;
  Offer(1'000'000);
  EXPECT_EQ(answer->stream->received.size(), 10U);
  Offer(2'000'000);
  answer->stream->Drain(SIZE_MAX);
  shard_.RunReady();
  EXPECT_EQ(answer->stream->received,
            wire::EncodeChunk(wire::EncodeEvent(Stamp::FromMicros(1'000'000))) +
                wire::EncodeChunk(wire::EncodeEvent(Stamp::FromMicros(2'000'000))));
}

TEST_F(StreamTest, EndsCleanlyAtItsAge) {
  const auto answer = Open();
  shard_.AdvanceBy(seconds(60));
  EXPECT_TRUE(answer->stream->finished);
  EXPECT_TRUE(answer->stream->received.ends_with(wire::kLastChunk));
  EXPECT_TRUE(answer->stream->destroyed);
  EXPECT_EQ(slots_.taken(), 0U);
}

// Goal: each header that tells a client decides on what terms its stream is held.
TEST_F(StreamTest, EachClientGetsItsAge) {
  using Headers = std::vector<std::pair<std::string_view, std::string_view>>;
  const std::pair<Headers, bool> clients[] = {
      {{{"User-Agent", "Mozilla/5.0 (X11)"}}, true},
      {{{"User-Agent", "Mozilla/5.0 (X11)"}, {"X-Requested-With", "XMLHttpRequest"}}, false},
      {{{"Accept", "text/event-stream, application/json; charset=utf-8"}}, true},
      {{{"User-Agent", "okhttp/4.11.0"}, {"X-environment-key", "known"}}, true},
      {{{"User-Agent", "okhttp/4.11.0"}}, false},
      {{}, false}};
  for (const auto& [headers, is_long] : clients) {
    net::RequestBuilder builder("GET", "/sse/environments/known/stream");
    for (const auto& [name, value] : headers) builder.AddHeader(name, value);
    const auto answer = client_.Send(builder.Build());
    SCOPED_TRACE(headers.empty() ? "none" : headers.back().second);
    shard_.AdvanceBy(seconds(34));
    EXPECT_EQ(answer->stream->finished, !is_long);
    answer->stream->Close();
    shard_.RunReady();
  }
}

TEST_F(StreamTest, RubysStreamEndsRightAfterAChange) {
  Offer(1'000'000);
  const auto answer = client_.Send(net::RequestBuilder("GET", "/sse/environments/known/stream")
                                       .Header("User-Agent", "Faraday v2.14.0")
                                       .Build());
  shard_.RunReady();
  EXPECT_FALSE(answer->stream->finished);
  Offer(2'000'000);
  EXPECT_TRUE(answer->stream->finished);
  EXPECT_TRUE(answer->stream->received.ends_with(
      wire::EncodeChunk(wire::EncodeEvent(Stamp::FromMicros(2'000'000))) +
      std::string(wire::kLastChunk)));
}

TEST_F(StreamTest, AClientThatLeavesGivesItsSlotBack) {
  const auto answer = Open();
  EXPECT_EQ(slots_.taken(), 1U);
  answer->stream->Close();
  shard_.RunReady();
  EXPECT_TRUE(answer->stream->destroyed);
  EXPECT_EQ(slots_.taken(), 0U);
}

TEST_F(StreamTest, UnknownKeysGetAnIdleStream) {
  Offer(1'000'000);
  const auto answer = Open("/sse/environments/unknown/stream");
  ASSERT_NE(answer->stream, nullptr);
  EXPECT_EQ(answer->stream->head, wire::kStreamResponseHead);
  shard_.AdvanceBy(seconds(20));
  EXPECT_EQ(answer->stream->received, wire::kKeepAliveChunk);
  shard_.AdvanceBy(seconds(20));
  EXPECT_TRUE(answer->stream->finished);
}

TEST_F(StreamTest, OverTheLimitIsHeldBackAndEndsCleanly) {
  const auto one = Open();
  const auto two = Open();
  const auto three = Open();
  EXPECT_FALSE(three->sent);
  shard_.AdvanceBy(milliseconds(999));
  EXPECT_FALSE(three->sent);
  shard_.AdvanceBy(milliseconds(4'001));
  EXPECT_TRUE(three->sent);
  EXPECT_EQ(three->status, 200);
  EXPECT_EQ(three->stream, nullptr);
  EXPECT_TRUE(three->is_chunked);
  EXPECT_EQ(three->body, std::string(wire::kKeepAliveChunk) + std::string(wire::kLastChunk));
  EXPECT_EQ(three->header_lines, wire::kStreamHeaderLines);
  EXPECT_EQ(slots_.refused(StreamLimit::kTotal), 1U);
  EXPECT_EQ(slots_.taken(), 2U);

  one->stream->Close();
  shard_.RunReady();
  EXPECT_NE(Open()->stream, nullptr);
}

// Goal: too many of one environment, or of one client's address, hold back only those.
TEST_F(StreamTest, LimitsOfAnEnvironmentAndOfAnAddressHoldBackTheirOwn) {
  StreamSlots slots({.total = 100, .per_environment = 2, .per_address = 1});
  net::Router router(MakeFallbackAnswers());
  RegisterSse(router, {.hub = hub_, .slots = slots, .random = random_, .profiles = profiles_},
              EnvironmentsByKey());
  const testing::HttpClient client(router, shard_);
  const auto open = [&](const std::string& key, std::string_view address) {
    return client.Send(net::RequestBuilder("GET", "/sse/environments/" + key + "/stream")
                           .ClientAddress(address)
                           .Build());
  };
  const auto one = open("a", "2001:db8::1");
  const auto same_network = open("b", "2001:db8::2");
  const auto two = open("a", "192.0.2.1");
  const auto third_of_environment = open("a", "192.0.2.2");
  const auto of_another = open("b", "192.0.2.2");
  EXPECT_NE(one->stream, nullptr);
  EXPECT_NE(two->stream, nullptr);
  EXPECT_NE(of_another->stream, nullptr);
  EXPECT_EQ(slots.refused(StreamLimit::kAddress), 1U);
  EXPECT_EQ(slots.refused(StreamLimit::kEnvironment), 1U);
  EXPECT_FALSE(same_network->sent);
  EXPECT_FALSE(third_of_environment->sent);
  shard_.AdvanceBy(seconds(5));
  for (const auto& held : {same_network, third_of_environment}) {
    EXPECT_EQ(held->status, 200);
    EXPECT_EQ(held->body, std::string(wire::kKeepAliveChunk) + std::string(wire::kLastChunk));
  }

  one->stream->Close();
  shard_.RunReady();
  EXPECT_NE(open("a", "2001:db8::2")->stream, nullptr);
  hub_.Shutdown(milliseconds(0));
  shard_.AdvanceBy(seconds(5));
  EXPECT_EQ(slots.taken(), 0U);
}

TEST_F(StreamTest, HeadAndOptionsOpenNothing) {
  const auto head = client_.Send("HEAD", "/sse/environments/known/stream");
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->stream, nullptr);
  EXPECT_EQ(head->Header("Content-Type"), "text/event-stream");

  const auto preflight =
      client_.Send(net::RequestBuilder("OPTIONS", "/sse/environments/known/stream")
                       .Header("Access-Control-Request-Method", "GET")
                       .Header("Access-Control-Request-Headers", "cache-control,x-requested-with")
                       .Build());
  EXPECT_EQ(preflight->status, 204);
  EXPECT_EQ(preflight->Header("Access-Control-Allow-Headers"), "cache-control,x-requested-with");
  EXPECT_EQ(client_.Send("POST", "/sse/environments/known/stream")->body, "");
  EXPECT_EQ(slots_.taken(), 0U);
}

TEST_F(StreamTest, ThoseWithoutChunksAreHeldBack) {
  auto answer =
      client_.Send(net::RequestBuilder("GET", "/sse/environments/known/stream").Http10().Build());
  EXPECT_FALSE(answer->sent);
  shard_.AdvanceBy(seconds(5));
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, ":\n\n");
}

TEST_F(StreamTest, WrongAddressesAreNotAnsweredAtOnce) {
  for (const std::string_view target :
       {"/sse/environments/known", "/sse/environments//stream", "/api/v1/sse/environments/k/stream",
        "/environments/k/stream/"}) {
    const auto answer = Open(target);
    EXPECT_FALSE(answer->sent) << target;
    shard_.AdvanceBy(milliseconds(999));
    EXPECT_FALSE(answer->sent) << target;
    shard_.AdvanceBy(milliseconds(4'001));
    EXPECT_EQ(answer->status, 404) << target;
    EXPECT_EQ(answer->body, "");
  }
  EXPECT_EQ(Open("/api/v1/nothing/")->body, R"({"detail":"Not found."})");
}

TEST_F(StreamTest, AfterShutdownStreamsEndSoon) {
  hub_.Shutdown(seconds(2));
  const auto answer = Open();
  ASSERT_NE(answer->stream, nullptr);
  shard_.AdvanceBy(seconds(4));
  EXPECT_TRUE(answer->stream->finished);
}

}  // namespace
}  // namespace flagstream::api
