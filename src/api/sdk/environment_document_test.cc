// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: server keys get the whole document, and "not modified" only when it certainly is not.

class DocumentTest : public SdkTestCase {
 protected:
  testing::HttpAnswerPtr GetWith(std::string_view name, std::string_view value) {
    return Ask(net::RequestBuilder("GET", "/api/v1/environment-document")
                   .Header("X-Environment-Key", kServerKey)
                   .Header(name, value)
                   .Build());
  }
};

TEST_F(DocumentTest, IsPreparedBytesWithStampAndDate) {
  const auto answer = Get("/api/v1/environment-document/", kServerKey);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->shared_body, served()->document.plain);
  EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  EXPECT_EQ(answer->Header("Last-Modified"), "Fri, 01 May 2026 09:30:00 GMT");
  EXPECT_EQ(answer->Header("ETag"), served()->document.plain_etag);
  EXPECT_EQ(answer->Header("Cache-Control"), "private, no-cache");
  EXPECT_FALSE(answer->Has("Link"));
  EXPECT_EQ(GetWith("Accept-Encoding", "gzip")->shared_body, served()->document.gzip);
}

TEST_F(DocumentTest, IsNotForClientKeys) {
  const auto answer = Get("/api/v1/environment-document/", kClientKey);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->body, R"({"detail":"Invalid or missing Environment key"})");
  EXPECT_FALSE(answer->Has(kStampHeader));
}

TEST_F(DocumentTest, IsNotSentToThoseWhoHaveIt) {
  for (const std::string_view since :
       {"Fri, 01 May 2026 09:30:00 GMT", "Friday, 01-May-26 09:30:01 GMT"}) {
    const auto answer = GetWith("If-Modified-Since", since);
    EXPECT_EQ(answer->status, 304) << since;
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->Header(kStampHeader), kStampText);
    EXPECT_EQ(answer->Header("Last-Modified"), "Fri, 01 May 2026 09:30:00 GMT");
  }
  EXPECT_EQ(GetWith("If-None-Match", served()->document.plain_etag)->status, 304);
}

TEST_F(DocumentTest, IsSentToThoseWhoHaveAnOlderOne) {
  EXPECT_EQ(GetWith("If-Modified-Since", "Fri, 01 May 2026 09:29:59 GMT")->status, 200);
  EXPECT_EQ(GetWith("If-Modified-Since", "nonsense")->status, 200);
}

TEST_F(DocumentTest, TwoChangesInOneSecondCannotBeToldByDate) {
  Change([](auto&, auto&, store::Environment& environment) {
    environment.previous_stamp = environment.stamp;
    environment.stamp += Stamp::kTickMicros;
  });
  EXPECT_EQ(GetWith("If-Modified-Since", "Fri, 01 May 2026 09:30:00 GMT")->status, 200);
  EXPECT_EQ(GetWith("If-None-Match", served()->document.plain_etag)->status, 304);
}

TEST_F(DocumentTest, ATagThatDiffersOutweighsADateThatDoesNot) {
  const auto answer = Ask(net::RequestBuilder("GET", "/api/v1/environment-document/")
                              .Header("X-Environment-Key", kServerKey)
                              .Header("If-None-Match", R"("other")")
                              .Header("If-Modified-Since", "Fri, 01 May 2026 09:30:00 GMT")
                              .Build());
  EXPECT_EQ(answer->status, 200);
}

}  // namespace
}  // namespace flagstream::api
