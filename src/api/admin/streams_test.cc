// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class StreamsTest : public AdminCase {};

// Goal: an environment's streams are shown as they are, clients that there are none of left out,
// the newest change on top.
TEST_F(StreamsTest, ShowsClientsAndChanges) {
  stream::ChannelView view;
  view.newest = Stamp::FromMicros(1'735'229'888'765'625);
  view.Of(stream::ClientKind::kIos) = {
      .streams = 3, .offered = 3, .written = 2, .behind = 1, .ages = {1, 0, 0, 2}};
  view.Of(stream::ClientKind::kBrowser) = {.streams = 4, .offered = 1, .ages = {0, 3, 1, 0}};
  view.changes = {{.stamp = Stamp::FromMicros(1'735'229'888'500'000),
                   .committed = 1'735'229'888'499'000,
                   .offered = 7,
                   .written = 6,
                   .first_write = 1'735'229'888'500'500,
                   .last_write = 1'735'229'888'510'000,
                   .late = 1,
                   .last_late_write = 1'735'229'890'499'000},
                  {.stamp = view.newest.value(), .offered = 7, .written = 2, .first_write = 5}};
  streams_ = view;
  const testing::HttpAnswer answer = Ask("GET", "environments/dev-key/streams/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
      answer.body,
      R"({"newest_stamp":1735229888.765625,"streams":7,"offered":4,"written":2,"behind":1,)"
      R"("ages":{"under_1_minute":1,"under_10_minutes":3,"under_1_hour":1,"older":2},"clients":[)"
      R"({"client":"ios","streams":3,"offered":3,"written":2,"behind":1,)"
      R"("ages":{"under_1_minute":1,"under_10_minutes":0,"under_1_hour":0,"older":2}},)"
      R"({"client":"browser","streams":4,"offered":1,"written":0,"behind":0,)"
      R"("ages":{"under_1_minute":0,"under_10_minutes":3,"under_1_hour":1,"older":0}}],"changes":[)"
      R"({"stamp":1735229888.765625,"committed_at":null,"offered":7,"written":2,)"
      R"("first_write_ms":null,"last_write_ms":null,"late":0,"last_late_write_ms":null},)"
      R"({"stamp":1735229888.5,"committed_at":"2024-12-26T16:18:08.499000Z","offered":7,"written":6,)"
      R"("first_write_ms":1.5,"last_write_ms":11.0,"late":1,"last_late_write_ms":2000.0}]})");
  EXPECT_EQ(looked_at_, EnvironmentId{world_.dev.id});
}

TEST_F(StreamsTest, WithoutAnyThereAreEmptyLists) {
  const wire::Json json = Get("environments/dev-key/streams/");
  EXPECT_TRUE(json.Find("newest_stamp")->IsNull());
  EXPECT_EQ(*json.Find("streams")->AsInteger(), 0);
  EXPECT_TRUE(json.Find("clients")->AsArray()->empty());
  EXPECT_TRUE(json.Find("changes")->AsArray()->empty());
}

// Goal: the shards are not troubled for an environment that is not the caller's.
TEST_F(StreamsTest, OfAnUnknownEnvironmentNobodyIsAsked) {
  EXPECT_EQ(Ask("GET", "environments/unknown/streams/").status, 404);
  EXPECT_FALSE(looked_at_);
}

TEST_F(StreamsTest, ShardsThatDoNotAnswerAreAnError) {
  streams_ = Error::Unavailable("a shard has too much to do");
  EXPECT_EQ(Ask("GET", "environments/dev-key/streams/").status, 503);
}

}  // namespace
}  // namespace flagstream::api
