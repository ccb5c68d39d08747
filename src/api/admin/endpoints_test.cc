// SPDX-License-Identifier: Apache-2.0
// Goal: who may come in, what happens on the way to a worker and back, and that strangers learn
// nothing.
#include "api/admin/endpoints.h"

#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class EndpointsTest : public AdminCase {};

TEST_F(EndpointsTest, NoCredentials) {
  const auto answer = AskAs("", "GET", "organisations/");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"detail":"Authentication credentials were not provided."})");
  EXPECT_EQ(answer.Header("WWW-Authenticate"), "Token realm=\"api\"");
  EXPECT_EQ(answer.Header("Vary"), "Accept, Origin");
  EXPECT_TRUE(answer.Has("Flagsmith-Version"));
}

TEST_F(EndpointsTest, OtherSchemesAreNoCredentials) {
  EXPECT_EQ(AskAs("Bearer " + token_, "GET", "organisations/").body,
            R"({"detail":"Authentication credentials were not provided."})");
}

TEST_F(EndpointsTest, UnknownAndMalformedTokens) {
  for (const char* text :
       {"Token 0000000000000000000000000000000000000000", "Token x", "token ", "Token a b"}) {
    const auto answer = AskAs(text, "GET", "organisations/");
    EXPECT_EQ(answer.status, 401) << text;
  }
  EXPECT_EQ(AskAs("Token 0000000000000000000000000000000000000000", "GET", "organisations/").body,
            R"({"detail":"Invalid token."})");
}

TEST_F(EndpointsTest, NothingIsReadOfABodyWithoutCredentials) {
  EXPECT_EQ(AskAs("", "POST", "organisations/", "{bad").status, 401);
}

TEST_F(EndpointsTest, BodyThatIsNotJson) {
  const auto answer = Ask("POST", "organisations/", "{bad");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.body.starts_with(R"({"detail":"JSON parse error - )")) << answer.body;
}

TEST_F(EndpointsTest, BodyThatIsNoObject) {
  const auto answer = Ask("POST", "organisations/", "[1]");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})");
}

TEST_F(EndpointsTest, AnswerWaitsUntilTheChangeIsServed) {
  hold_changes_ = true;
  const auto answer =
      Send("PATCH", "environments/dev-key/", R"({"name":"Dev 2"})", "Token " + token_);
  shard_.RunReady();
  EXPECT_FALSE(answer->sent);
  ASSERT_TRUE(held_);
  EXPECT_EQ(world_.bus.published.size(), 1U);
  EXPECT_EQ(waited_for_.size(), 1U);
  (*held_)();
  ASSERT_TRUE(answer->sent);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(EndpointsTest, NothingToWaitForWhenNothingChanged) {
  hold_changes_ = true;
  EXPECT_EQ(Ask("PATCH", "environments/dev-key/", R"({"name":"Dev"})").status, 200);
  EXPECT_FALSE(held_);
}

TEST_F(EndpointsTest, TooMuchToDo) {
  workers_take_work_ = false;
  const auto answer = Ask("GET", "organisations/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.Has("Retry-After"));
}

TEST_F(EndpointsTest, StoreIsAway) {
  world_.store.FailCall(0, Error::Unavailable("gone"));
  EXPECT_EQ(Ask("GET", "organisations/").status, 503);
}

TEST_F(EndpointsTest, StrangersListsAreEmpty) {
  const std::string stranger = "Token " + TokenOf(world_.stranger);
  EXPECT_EQ(AskAs(stranger, "GET", "projects/").body, "[]");
  EXPECT_EQ(AskAs(stranger, "GET", "projects/?organisation=1").body, "[]");
  EXPECT_EQ(JsonOf(AskAs(stranger, "GET", "organisations/")).Find("count")->AsInteger()[0], 1);
}

TEST_F(EndpointsTest, MembersWithoutRightsSeeTheOrganisationAlone) {
  const std::string member = "Token " + TokenOf(world_.member);
  EXPECT_EQ(AskAs(member, "GET", "organisations/1/").status, 200);
  EXPECT_EQ(AskAs(member, "PATCH", "organisations/1/", R"({"name":"Mine"})").status, 403);
  EXPECT_EQ(AskAs(member, "GET", "projects/").body, "[]");
  EXPECT_EQ(AskAs(member, "GET", "projects/1/").status, 403);
  EXPECT_EQ(AskAs(member, "POST", "projects/", R"({"name":"X","organisation":1})").status, 403);
  EXPECT_EQ(AskAs(member, "GET", "environments/dev-key/").status, 403);
}

}  // namespace
}  // namespace flagstream::api
