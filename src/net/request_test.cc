// SPDX-License-Identifier: Apache-2.0
#include "net/request.h"

#include <gtest/gtest.h>

#include <utility>

#include "net/request_builder.h"

namespace flagstream::net {
namespace {

// Goal: what a client sent can be read back, also after the request was moved.

TEST(RequestTest, SplitsTheTarget) {
  const Request request = RequestBuilder("GET", "/api/v1/flags/?feature=a%20b&x").Build();
  EXPECT_EQ(request.method(), Method::kGet);
  EXPECT_EQ(request.method_text(), "GET");
  EXPECT_EQ(request.path(), "/api/v1/flags/");
  EXPECT_EQ(request.query(), "feature=a%20b&x");
}

TEST(RequestTest, KeepsAnUnknownMethodAsText) {
  const Request request = RequestBuilder("PURGE", "/").Build();
  EXPECT_EQ(request.method(), Method::kOther);
  EXPECT_EQ(request.method_text(), "PURGE");
  EXPECT_EQ(RequestBuilder("get", "/").Build().method(), Method::kOther);
}

TEST(RequestTest, DropsTheOriginOfAnAbsoluteTarget) {
  EXPECT_EQ(RequestBuilder("GET", "http://host:1/a?b").Build().path(), "/a");
  EXPECT_EQ(RequestBuilder("GET", "HTTPS://host/a?b").Build().query(), "b");
  EXPECT_EQ(RequestBuilder("GET", "http://host").Build().path(), "/");
  const Request without_path = RequestBuilder("GET", "http://host?q").Build();
  EXPECT_EQ(without_path.path(), "/");
  EXPECT_EQ(without_path.query(), "q");
}

TEST(RequestTest, RefusesTargetsThatAreNoPath) {
  RequestBuilder builder;
  builder.SetMethod("CONNECT");
  EXPECT_FALSE(builder.SetTarget("host:443"));
  EXPECT_FALSE(builder.SetTarget("?a"));
  EXPECT_FALSE(builder.SetTarget(""));
  EXPECT_TRUE(builder.SetTarget("*"));
}

TEST(RequestTest, FindsHeadersWhateverTheirCase) {
  const Request request = RequestBuilder("GET", "/")
                              .Header("X-Environment-Key", "abc")
                              .Header("accept", "a")
                              .Header("Accept", "b")
                              .Build();
  EXPECT_EQ(request.Header("x-environment-KEY"), "abc");
  EXPECT_EQ(request.Header("Accept"), "a");
  EXPECT_EQ(request.Headers("ACCEPT"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(request.Header("Accep"), std::nullopt);
  EXPECT_TRUE(request.Headers("Origin").empty());
}

TEST(RequestTest, DecodesQueryParameters) {
  const Request request =
      RequestBuilder("GET", "/?a=1+2%203&b&&c=%26=&a=second&%61%2B=plus&=empty").Build();
  EXPECT_EQ(request.QueryParameter("a"), "1 2 3");
  EXPECT_EQ(request.QueryParameters("a"), (std::vector<std::string>{"1 2 3", "second"}));
  EXPECT_EQ(request.QueryParameter("b"), "");
  EXPECT_EQ(request.QueryParameter("c"), "&=");
  EXPECT_EQ(request.QueryParameter("a+"), "plus");
  EXPECT_EQ(request.QueryParameter(""), "empty");
  EXPECT_EQ(request.QueryParameter("d"), std::nullopt);
}

TEST(RequestTest, StaysWholeWhenMoved) {
  Request first = RequestBuilder("PUT", "/p?q=1").Header("H", "v").Body("body").Build();
  Request second = std::move(first);
  EXPECT_EQ(second.path(), "/p");
  EXPECT_EQ(second.Header("h"), "v");
  EXPECT_EQ(second.QueryParameter("q"), "1");
  EXPECT_EQ(second.body(), "body");
}

TEST(RequestTest, GivesPathParameters) {
  const Request request = RequestBuilder("GET", "/").PathParameter("id", "007").Build();
  EXPECT_EQ(request.Path("id"), "007");
  EXPECT_EQ(request.PathInteger("id"), 7);
}

}  // namespace
}  // namespace flagstream::net
