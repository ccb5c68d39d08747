// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/sdk/sdk_test_case.h"
#include "api/sse/register_sse.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

// Goal: a stream of an identity tells of what that identity is served, by either address, and obeys
// the rules of every stream.

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kAlice = "/sse/environments/client/identities/alice/stream";

class IdentityStreamTest : public SdkTestCase {
 protected:
  IdentityStreamTest() {
    RegisterSse(router_, {.hub = hub_, .slots = slots_, .random = random_, .profiles = profiles_},
                replica_);
  }
  // Before the members that streams use.
  ~IdentityStreamTest() override {
    hub_.Shutdown(milliseconds(100));
    shard_.AdvanceBy(seconds(5));
  }

  testing::HttpAnswerPtr Open(std::string_view target = kAlice) {
    return Ask(net::RequestBuilder("GET", target).Build());
  }
  // Gives the environment a stamp, above all that its identities have, and nothing else.
  void StampEnvironment() {
    Change([](auto&, auto&, store::Environment& environment) {
      environment.stamp += 10 * Stamp::kTickMicros;
    });
    shard_.RunReady();
  }
  // Of the feature and its state, whose ids are equal.
  void SetValue(int64_t id, const std::string& value) {
    const Result<> changed = store::WriteAndWait(store_, [&](store::Transaction& tx) -> Result<> {
      FLAGSTREAM_ASSIGN(auto state, store::Get<store::FeatureState>(tx, id));
      state->value = value;
      return store::Update(tx, *state);
    });
    FLAGSTREAM_ASSERT(changed.ok());
    StampEnvironment();
  }
  void ChangeBanner(const std::string& value) { SetValue(1, value); }
  static std::string ChunkOf(std::string_view stamp) {
    return wire::EncodeChunk("event: environment_updated\ndata: {\"updated_at\": " +
                             std::string(stamp) + "}\nretry: 15000\n\n");
  }
  std::string HeaderOf(std::string_view identifier, std::string_view key = kClientKey) {
    return *Get("/api/v1/identities/?identifier=" + std::string(identifier), key)
                ->Header(kStampHeader);
  }

  StreamSlots slots_{{.total = 3}};
  Random random_{7};
  stream::ClientProfiles profiles_{std::nullopt};
};

TEST_F(IdentityStreamTest, BeginsWithTheStampThatAnAnswerHas) {
  Post("/api/v1/identities/",
       R"({"identifier": "alice", "traits": [{"trait_key": "a", "trait_value": 1}]})");
  const std::string header = HeaderOf("alice");
  EXPECT_NE(header, kStampText);
  for (const std::string_view target :
       {kAlice, std::string_view("/sse/environments/client/identities/alice/stream/?lastEventId=7"),
        std::string_view("/identities/alice/sse/environments/client/stream")}) {
    const auto answer = Open(target);
    ASSERT_NE(answer->stream, nullptr) << target;
    EXPECT_EQ(answer->stream->head, wire::kStreamResponseHead);
    EXPECT_EQ(answer->stream->received, ChunkOf(header)) << target;
  }
}

TEST_F(IdentityStreamTest, AnIdentityThatIsNotStoredHasTheStampOfItsEnvironment) {
  EXPECT_EQ(Open()->stream->received, ChunkOf(kStampText));
  EXPECT_EQ(StoredIdentities(), 0);
}

TEST_F(IdentityStreamTest, TellsOfAChangeThatAltersWhatIsServed) {
  const auto answer = Open();
  ChangeBanner("red");
  EXPECT_EQ(answer->stream->received, ChunkOf(kStampText) + ChunkOf(HeaderOf("alice")));
}

TEST_F(IdentityStreamTest, IsSilentAboutAChangeThatDoesNot) {
  const auto answer = Open();
  StampEnvironment();
  Post("/api/v1/identities/",
       R"({"identifier": "alice", "traits": [{"trait_key": "a", "trait_value": 1}]})");
  EXPECT_EQ(answer->stream->received, ChunkOf(kStampText));
  // Who joins is told the newest all the same, and who is there does not hear of that either.
  EXPECT_EQ(Open()->stream->received, ChunkOf(HeaderOf("alice")));
  EXPECT_EQ(answer->stream->received, ChunkOf(kStampText));
  ChangeBanner("red");
  EXPECT_EQ(answer->stream->received, ChunkOf(kStampText) + ChunkOf(HeaderOf("alice")));
}

// Goal: identifiers are text of any kind, the same as in a query.
TEST_F(IdentityStreamTest, IdentifiersAreDecoded) {
  Post("/api/v1/identities/",
       R"({"identifier": "a/b c+\u00e9", "traits": [{"trait_key": "a", "trait_value": 1}]})");
  const std::string header = HeaderOf("a%2Fb%20c%2B%C3%A9");
  ASSERT_NE(header, kStampText);
  EXPECT_EQ(Open("/sse/environments/client/identities/a%2Fb%20c+%C3%A9/stream")->stream->received,
            ChunkOf(header));
  EXPECT_EQ(Open("/identities/a%2Fb%20c+%C3%A9/sse/environments/client/stream")->stream->received,
            ChunkOf(header));
}

// Goal: what may not be fetched with a key is not told to it either.
TEST_F(IdentityStreamTest, EachKindOfKeyHearsOfWhatItIsServed) {
  const auto client = Open();
  const auto server = Open("/sse/environments/ser.server/identities/alice/stream");
  SetValue(2, "for servers only");
  EXPECT_EQ(client->stream->received, ChunkOf(kStampText));
  EXPECT_EQ(server->stream->received, ChunkOf(kStampText) + ChunkOf(HeaderOf("alice", kServerKey)));
}

// Goal: whoever cannot be told anything gets a stream that is silent and ends, never an error.
TEST_F(IdentityStreamTest, WithoutAnythingToTellItIsIdle) {
  const std::string long_name(2'001, 'x');
  for (const std::string& target :
       {std::string("/sse/environments/unknown/identities/alice/stream"),
        "/sse/environments/client/identities/" + long_name + "/stream"}) {
    const auto answer = Open(target);
    ASSERT_NE(answer->stream, nullptr);
    EXPECT_EQ(answer->stream->head, wire::kStreamResponseHead);
    shard_.AdvanceBy(seconds(20));
    EXPECT_EQ(answer->stream->received, wire::kKeepAliveChunk);
    shard_.AdvanceBy(seconds(20));
    EXPECT_TRUE(answer->stream->finished);
  }
  Change([](auto&, store::Project& project, auto&) { project.enable_realtime_updates = false; });
  const auto off = Open();
  ChangeBanner("red");
  EXPECT_EQ(off->stream->received, "");
}

TEST_F(IdentityStreamTest, CountsAgainstTheLimitOfStreams) {
  const auto one = Open();
  const auto two = Open("/sse/environments/client/stream");
  const auto three = Open("/sse/environments/client/identities/bob/stream");
  EXPECT_EQ(slots_.taken(), 3U);
  const auto four = Open();
  EXPECT_FALSE(four->sent);
  shard_.AdvanceBy(seconds(5));
  EXPECT_EQ(four->status, 200);
  EXPECT_EQ(four->body, std::string(wire::kKeepAliveChunk) + std::string(wire::kLastChunk));
  one->stream->Close();
  three->stream->Close();
  shard_.RunReady();
  EXPECT_EQ(slots_.taken(), 1U);
  EXPECT_NE(Open()->stream, nullptr);
}

TEST_F(IdentityStreamTest, HeadOpensNothing) {
  const auto head = Ask(net::RequestBuilder("HEAD", kAlice).Build());
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->header_lines, wire::kStreamHeaderLines);
  EXPECT_EQ(head->stream, nullptr);
  EXPECT_EQ(slots_.taken(), 0U);
}

TEST_F(IdentityStreamTest, ThoseWithoutChunksAreHeldBack) {
  const auto answer = Ask(net::RequestBuilder("GET", kAlice).Http10().Build());
  EXPECT_FALSE(answer->sent);
  shard_.AdvanceBy(seconds(5));
  EXPECT_EQ(answer->status, 200);
  EXPECT_FALSE(answer->is_chunked);
  EXPECT_EQ(answer->body, ":\n\n");
}

TEST_F(IdentityStreamTest, EndsAtItsAgeAndLeavesNothingBehind) {
  const auto answer = Open();
  shard_.AdvanceBy(seconds(60));
  EXPECT_TRUE(answer->stream->finished);
  EXPECT_TRUE(answer->stream->destroyed);
  EXPECT_EQ(slots_.taken(), 0U);
  EXPECT_EQ(hub_.channel_count(), 0U);
  EXPECT_NE(registry_.PrometheusText().find("\nflagstream_identities_watched 0\n"),
            std::string::npos);
}

}  // namespace
}  // namespace flagstream::api
