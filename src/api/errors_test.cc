// SPDX-License-Identifier: Apache-2.0
#include "api/errors.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "net/request_builder.h"
#include "net/router.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"

namespace flagstream::api {
namespace {

// Goal: each kind of failure has the status and the body that clients of the reference know.

std::string Told(const net::Response& response) {
  return std::to_string(response.status()) + " " + std::string(response.body());
}

bool HasLine(const net::Response& response, std::string_view line) {
  return response.header_lines().find(std::string(line) + "\r\n") != std::string_view::npos;
}

TEST(Errors, EachCodeHasItsStatus) {
  EXPECT_EQ(Told(ErrorAnswer(Error::InvalidField("name", "This field is required."))),
            R"(400 {"name":["This field is required."]})");
  EXPECT_EQ(Told(ErrorAnswer(Error(ErrorCode::kPermissionDenied, "No."))),
            R"(403 {"detail":"No."})");
  EXPECT_EQ(Told(ErrorAnswer(Error::NotFound())), R"(404 {"detail":"Not found."})");
  EXPECT_EQ(Told(ErrorAnswer(Error(ErrorCode::kConflict, "Taken."))), R"(409 {"detail":"Taken."})");
  EXPECT_EQ(Told(ErrorAnswer(Error(ErrorCode::kTooLarge, "Too many."))),
            R"(400 {"detail":"Too many."})");
}

TEST(Errors, CredentialsAreAskedFor) {
  const net::Response response = ErrorAnswer(Error(ErrorCode::kUnauthenticated, "Invalid token."));
  EXPECT_EQ(Told(response), R"(401 {"detail":"Invalid token."})");
  EXPECT_TRUE(HasLine(response, "WWW-Authenticate: Token realm=\"api\""));
}

TEST(Errors, ThoseThatMayComeAgainSayWhen) {
  const net::Response throttled =
      ErrorAnswer(Error(ErrorCode::kTooManyRequests, "Slow."), std::chrono::seconds(42));
  EXPECT_EQ(Told(throttled), R"(429 {"detail":"Slow."})");
  EXPECT_TRUE(HasLine(throttled, "Retry-After: 42"));
  EXPECT_TRUE(HasLine(ErrorAnswer(Error::Unavailable("disk full")), "Retry-After: 1"));
}

TEST(Errors, WhatIsInsideStaysInside) {
  EXPECT_EQ(Told(ErrorAnswer(Error::Unavailable("postgres://user:secret@db is away"))),
            R"(503 {"detail":"Temporarily unavailable."})");
  for (const ErrorCode code : {ErrorCode::kInternal, ErrorCode::kCorrupt}) {
    EXPECT_EQ(Told(ErrorAnswer(Error(code, "row 7 of table users"))),
              R"(500 {"detail":"Internal server error."})");
  }
}

class Fallbacks : public ::testing::Test {
 protected:
  Fallbacks() : router_(MakeFallbackAnswers()) {
    const auto handler = [](const net::Request&, net::Responder responder) {
      responder.Send(net::Response(200));
    };
    router_.Add(net::Method::kGet, "/api/v1/flags/", handler);
    router_.Add(net::Method::kGet, "/sse/environments/{key}/stream", handler);
  }

  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  net::Router router_;
  testing::HttpClient client_{router_, shard_};
};

TEST_F(Fallbacks, AreJsonWithCors) {
  const auto missing = client_.Send("GET", "/api/v1/nothing/");
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, R"({"detail":"Not found."})");
  EXPECT_EQ(missing->Header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(missing->Header("Content-Type"), "application/json");

  const auto wrong = client_.Send("PURGE", "/api/v1/flags/");
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(wrong->body, R"({"detail":"Method \"PURGE\" not allowed."})");
  EXPECT_EQ(wrong->Header("Allow"), "GET, HEAD, OPTIONS");

  EXPECT_EQ(client_.Send("OPTIONS", "/api/v1/flags/")->status, 204);
  EXPECT_EQ(Told(router_.fallbacks().bad_request(431, "The head is too long.")),
            R"(431 {"detail":"The head is too long."})");
}

TEST_F(Fallbacks, StreamsAreNeverAnsweredWithABodyThatIsNoStream) {
  const auto wrong = client_.Send("POST", "/sse/environments/k/stream");
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(wrong->body, "");
  EXPECT_EQ(wrong->Header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(client_.Send("GET", "/sse/else")->body, "");
}

}  // namespace
}  // namespace flagstream::api
