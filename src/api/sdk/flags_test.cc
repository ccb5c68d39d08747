// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: GET flags/ gives prepared bytes with the headers that SDKs, browsers and caches depend on,
// and a stamp only with data.

class FlagsTest : public SdkTestCase {
 protected:
  testing::HttpAnswerPtr GetWith(std::string_view name, std::string_view value) {
    return Ask(net::RequestBuilder("GET", "/api/v1/flags/")
                   .Header("X-Environment-Key", kClientKey)
                   .Header(name, value)
                   .Build());
  }
};

constexpr std::string_view kBanner =
    R"({"id":1,"feature":{"id":1,"name":"banner","created_date":"2026-04-01T09:00:00.000000Z",)"
    R"("description":"What is on top","initial_value":null,"default_enabled":false,"type":"STANDARD"},)"
    R"("feature_state_value":"blue","environment":1,"identity":null,"feature_segment":null,"enabled":true})";
constexpr std::string_view kBeta =
    R"({"id":3,"feature":{"id":3,"name":"beta","created_date":"2026-04-01T09:00:00.000000Z",)"
    R"("description":null,"initial_value":null,"default_enabled":false,"type":"STANDARD"},)"
    R"("feature_state_value":7,"environment":1,"identity":null,"feature_segment":null,"enabled":false})";

TEST_F(FlagsTest, AnswersTheReferencesBytes) {
  const auto answer = Get("/api/v1/flags/");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "[" + std::string(kBanner) + "," + std::string(kBeta) + "]");
  EXPECT_EQ(answer->header_lines,
            "Flagsmith-Version: 2.265.0\r\n"
            "X-Content-Type-Options: nosniff\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: X-Flagsmith-Document-Updated-At, Flagsmith-Version, "
            "Retry-After, ETag, Link\r\n"
            "Cache-Control: private, no-cache\r\n"
            "Vary: X-Environment-Key, Origin, Accept-Encoding\r\n"
            "X-Flagsmith-Document-Updated-At: 1777627800.765625\r\n"
            "ETag: " +
                served()->client_flags.plain_etag +
                "\r\n"
                "Content-Type: application/json\r\n");
}

TEST_F(FlagsTest, CopiesNothing) {
  EXPECT_EQ(Get("/api/v1/flags/")->shared_body, served()->client_flags.plain);
  EXPECT_EQ(GetWith("Accept-Encoding", "gzip")->shared_body, served()->client_flags.gzip);
}

TEST_F(FlagsTest, ServerKeysSeeMore) {
  const auto answer = Get("/api/v1/flags", kServerKey);
  EXPECT_EQ(answer->shared_body, served()->server_flags.plain);
  EXPECT_NE(answer->body.find("\"secret\""), std::string::npos);
  EXPECT_EQ(Get("/api/v1/flags/")->body.find("\"secret\""), std::string::npos);
}

TEST_F(FlagsTest, CompressesForThoseWhoTakeIt) {
  const auto answer = GetWith("Accept-Encoding", "br, gzip");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->Header("Content-Encoding"), "gzip");
  EXPECT_EQ(answer->Header("ETag"), served()->client_flags.gzip_etag);
  EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  EXPECT_FALSE(GetWith("Accept-Encoding", "gzip;q=0")->Has("Content-Encoding"));
}

TEST_F(FlagsTest, AClientThatHasItGetsNoBody) {
  const std::string etag = *Get("/api/v1/flags/")->Header("ETag");
  const auto answer = GetWith("If-None-Match", R"("other", )" + etag);
  EXPECT_EQ(answer->status, 304);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  EXPECT_EQ(answer->Header("ETag"), etag);
  EXPECT_EQ(answer->Header("Vary"), "X-Environment-Key, Origin, Accept-Encoding");
  EXPECT_EQ(answer->Header("Cache-Control"), "private, no-cache");
  EXPECT_EQ(answer->Header("Access-Control-Allow-Origin"), "*");
  EXPECT_TRUE(answer->Has("Access-Control-Expose-Headers"));
  EXPECT_FALSE(answer->Has("Content-Type"));

  EXPECT_EQ(GetWith("If-None-Match", served()->client_flags.gzip_etag)->status, 200);
  EXPECT_EQ(GetWith("If-None-Match", "*")->status, 304);
}

TEST_F(FlagsTest, AChangeIsAnotherTag) {
  const std::string before = *Get("/api/v1/flags/")->Header("ETag");
  Change([](auto&, auto&, store::Environment& environment) {
    environment.stamp += Stamp::kTickMicros;
  });
  const auto answer = GetWith("If-None-Match", before);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->Header(kStampHeader), "1777627800.78125");
  EXPECT_NE(answer->Header("ETag"), before);
}

TEST_F(FlagsTest, DatesDoNotCount) {
  EXPECT_EQ(GetWith("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")->status, 200);
  EXPECT_FALSE(Get("/api/v1/flags/")->Has("Last-Modified"));
}

TEST_F(FlagsTest, HeadIsGetWithoutABody) {
  const auto head = Ask(net::RequestBuilder("HEAD", "/api/v1/flags/")
                            .Header("X-Environment-Key", kClientKey)
                            .Build());
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->header_lines, Get("/api/v1/flags/")->header_lines);
}

TEST_F(FlagsTest, OneFeatureComesWithoutStamp) {
  const auto answer = Get("/api/v1/flags/?feature=banner");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, kBanner);
  EXPECT_FALSE(answer->Has(kStampHeader));

  for (const std::string_view name : {"nope", "secret", "Banner"}) {
    const auto missing = Get("/api/v1/flags/?feature=" + std::string(name));
    EXPECT_EQ(missing->status, 404) << name;
    EXPECT_EQ(missing->body, R"({"detail":"Given feature not found"})");
    EXPECT_FALSE(missing->Has(kStampHeader));
  }
  EXPECT_EQ(Get("/api/v1/flags/?feature=secret", kServerKey)->status, 200);
  EXPECT_EQ(Get("/api/v1/flags/?other=1")->status, 200);
}

TEST_F(FlagsTest, KeysAreRefusedInTheReferencesWords) {
  const auto none = Ask(net::RequestBuilder("GET", "/api/v1/flags/").Build());
  EXPECT_EQ(none->status, 403);
  EXPECT_EQ(none->body, R"({"detail":"Invalid or missing Environment key"})");
  const auto unknown = Get("/api/v1/flags/", "nope");
  EXPECT_EQ(unknown->status, 403);
  EXPECT_EQ(unknown->body, R"({"detail":"Invalid or missing Environment Key"})");
  for (const auto& answer : {none, unknown}) {
    EXPECT_FALSE(answer->Has(kStampHeader));
    EXPECT_EQ(answer->Header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer->Header("Content-Type"), "application/json");
  }
}

TEST_F(FlagsTest, AnOrganisationMayBeCutOff) {
  Change([](store::Organisation& organisation, auto&, auto&) {
    organisation.stop_serving_flags = true;
  });
  const auto answer = Get("/api/v1/flags/", kServerKey);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->body, R"({"detail":"Organisation is disabled from serving flags."})");
}

TEST_F(FlagsTest, PreflightNeedsNoKey) {
  const auto answer = Ask(net::RequestBuilder("OPTIONS", "/api/v1/flags/")
                              .Header("Access-Control-Request-Method", "GET")
                              .Header("Access-Control-Request-Headers", "x-environment-key")
                              .Build());
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->Header("Access-Control-Allow-Headers"), "x-environment-key");
  EXPECT_EQ(answer->Header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(FlagsTest, OtherMethodsAreRefused) {
  const auto answer = Post("/api/v1/flags/", "{}");
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(answer->body, R"({"detail":"Method \"POST\" not allowed."})");
  EXPECT_EQ(answer->Header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(FlagsTest, VariantsOfOneFeature) {
  const auto answer = Get("/api/v1/flags/1/multivariate-options/");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"control_value":"blue","options":[]})");
  EXPECT_EQ(Get("/api/v1/flags/99/multivariate-options/")->status, 404);
  EXPECT_EQ(Get("/api/v1/flags/1/multivariate-options/", "nope")->status, 403);
}

}  // namespace
}  // namespace flagstream::api
