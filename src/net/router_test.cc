// SPDX-License-Identifier: Apache-2.0
#include "net/router.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "net/request_builder.h"

namespace flagstream::net {
namespace {

// Goal: each request reaches the handler its path names, or the fitting fallback.

class NoShard : public Executor {
 public:
  void Post(Task) override {}
  void PostAfter(std::chrono::milliseconds, Task) override {}
  bool IsHere() const override { return true; }
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() : router_(Fallbacks()) {}

  static FallbackAnswers Fallbacks() {
    const auto with_allow = [](int status) {
      return [status](const Request&, std::string_view allow) {
        return std::move(Response(status).SetBody(std::string(allow)));
      };
    };
    return {.not_found = [](const Request&) { return Response(404); },
            .method_not_allowed = with_allow(405),
            .options = with_allow(200),
            .bad_request = [](int status, std::string_view) { return Response(status); }};
  }

  // Adds a handler that tells its pattern and parameters.
  void Add(Method method, std::string pattern, std::vector<std::string> names = {}) {
    router_.Add(method, pattern, [pattern, names](const Request& request, Responder responder) {
      std::string told = std::string(request.route()) + "|";
      for (const std::string& name : names) told += name + "=" + request.Path(name) + ";";
      responder.Send(std::move(Response(200).SetBody(told)));
    });
  }

  // What the client gets: "status body".
  std::string Ask(std::string_view method, std::string_view target) {
    class Exchange : public Responder::Exchange {
     public:
      Exchange(std::string& got, Executor& shard) : got_(got), shard_(shard) {}
      void Send(Response response) override {
        got_ = std::to_string(response.status()) + " " + std::string(response.body());
      }
      std::unique_ptr<StreamConnection> TakeOver(std::string_view) override { return nullptr; }
      Executor& shard() override { return shard_; }

     private:
      std::string& got_;
      Executor& shard_;
    };
    std::string got;
    router_.Dispatch(RequestBuilder(method, target).Build(),
                     Responder(std::make_shared<Exchange>(got, shard_)));
    return got;
  }

  NoShard shard_;
  Router router_;
};

TEST_F(RouterTest, ATrailingSlashIsOptional) {
  Add(Method::kGet, "/api/v1/flags/");
  Add(Method::kGet, "/health");
  EXPECT_EQ(Ask("GET", "/api/v1/flags/"), "200 /api/v1/flags/|");
  EXPECT_EQ(Ask("GET", "/api/v1/flags?x=1"), "200 /api/v1/flags/|");
  EXPECT_EQ(Ask("GET", "/health/"), "200 /health|");
  EXPECT_EQ(Ask("GET", "/health//"), "404 ");
  EXPECT_EQ(Ask("GET", "//health"), "404 ");
}

TEST_F(RouterTest, FindsTheRoot) {
  EXPECT_EQ(Ask("GET", "/"), "404 ");
  Add(Method::kGet, "/");
  EXPECT_EQ(Ask("GET", "/"), "200 /|");
  EXPECT_EQ(Ask("GET", "//"), "404 ");
}

TEST_F(RouterTest, DecodesParameters) {
  Add(Method::kGet, "/e/{key}/stream", {"key"});
  EXPECT_EQ(Ask("GET", "/e/a%2Fb%20c+d/stream"), "200 /e/{key}/stream|key=a/b c+d;");
  EXPECT_EQ(Ask("GET", "/e//stream"), "404 ");
  EXPECT_EQ(Ask("GET", "/e/a/b/stream"), "404 ");
}

TEST_F(RouterTest, ComparesLiteralsDecoded) {
  Add(Method::kGet, "/flags/");
  EXPECT_EQ(Ask("GET", "/fl%61gs/"), "200 /flags/|");
  EXPECT_EQ(Ask("GET", "/Flags/"), "404 ");
}

TEST_F(RouterTest, IntegersArePositiveAndFit) {
  Add(Method::kGet, "/p/{id:int}/", {"id"});
  EXPECT_EQ(Ask("GET", "/p/42/"), "200 /p/{id:int}/|id=42;");
  EXPECT_EQ(Ask("GET", "/p/9223372036854775807"), "200 /p/{id:int}/|id=9223372036854775807;");
  EXPECT_EQ(Ask("GET", "/p/0009223372036854775807").substr(0, 3), "200");
  for (const char* bad :
       {"0", "00", "-1", "+1", "1a", "9223372036854775808", "%31x", "10000000000000000000"}) {
    EXPECT_EQ(Ask("GET", std::string("/p/") + bad), "404 ") << bad;
  }
}

TEST_F(RouterTest, LiteralsWinOverIntegersOverText) {
  Add(Method::kGet, "/f/new/", {});
  Add(Method::kGet, "/f/{id:int}/", {"id"});
  Add(Method::kGet, "/f/{name}/", {"name"});
  EXPECT_EQ(Ask("GET", "/f/new/"), "200 /f/new/|");
  EXPECT_EQ(Ask("GET", "/f/7/"), "200 /f/{id:int}/|id=7;");
  EXPECT_EQ(Ask("GET", "/f/7x/"), "200 /f/{name}/|name=7x;");
}

TEST_F(RouterTest, TriesTheNextKindWhenTheRestDoesNotFit) {
  Add(Method::kGet, "/f/new/one/");
  Add(Method::kGet, "/f/{id:int}/two/", {"id"});
  Add(Method::kGet, "/f/{name}/{what}/", {"name", "what"});
  EXPECT_EQ(Ask("GET", "/f/new/one/"), "200 /f/new/one/|");
  EXPECT_EQ(Ask("GET", "/f/new/two/"), "200 /f/{name}/{what}/|name=new;what=two;");
  EXPECT_EQ(Ask("GET", "/f/5/three/"), "200 /f/{name}/{what}/|name=5;what=three;");
  EXPECT_EQ(Ask("GET", "/f/5/two/"), "200 /f/{id:int}/two/|id=5;");
}

TEST_F(RouterTest, EachMethodHasItsOwnNames) {
  Add(Method::kGet, "/e/{key}/", {"key"});
  Add(Method::kDelete, "/e/{environment}/", {"environment"});
  EXPECT_EQ(Ask("GET", "/e/a/"), "200 /e/{key}/|key=a;");
  EXPECT_EQ(Ask("DELETE", "/e/a/"), "200 /e/{environment}/|environment=a;");
}

TEST_F(RouterTest, HeadGoesToGet) {
  Add(Method::kGet, "/a");
  EXPECT_EQ(Ask("HEAD", "/a"), "200 /a|");
}

TEST_F(RouterTest, AllowHasFlagsmithsOrder) {
  Add(Method::kDelete, "/a");
  Add(Method::kPatch, "/a");
  Add(Method::kPost, "/a");
  Add(Method::kGet, "/a");
  Add(Method::kPost, "/b");
  EXPECT_EQ(Ask("PUT", "/a"), "405 GET, POST, PATCH, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(Ask("OPTIONS", "/a"), "200 GET, POST, PATCH, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(Ask("HEAD", "/b"), "405 POST, OPTIONS");
  EXPECT_EQ(Ask("PURGE", "/b"), "405 POST, OPTIONS");
  EXPECT_EQ(Ask("PURGE", "/c"), "404 ");
}

TEST_F(RouterTest, AnswersForTheServerAsAWhole) {
  EXPECT_EQ(Ask("OPTIONS", "*"), "200 GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
  EXPECT_EQ(Ask("GET", "*"), "400 ");
}

TEST_F(RouterTest, WrapsEveryHandler) {
  Add(Method::kGet, "/a/{id:int}");
  Add(Method::kPost, "/a/{id:int}");
  Add(Method::kGet, "/a/{name}/b");
  std::string calls;
  router_.WrapHandlers([&](std::string_view pattern, std::string_view allow, Handler handler) {
    return [&calls, pattern, allow, handler = std::move(handler)](Request request,
                                                                  Responder responder) {
      calls += std::string(pattern) + " (" + std::string(allow) + ") ";
      handler(std::move(request), std::move(responder));
    };
  });
  EXPECT_EQ(Ask("POST", "/a/1"), "200 /a/{id:int}|");
  EXPECT_EQ(Ask("GET", "/a/x/b"), "200 /a/{name}/b|");
  EXPECT_EQ(Ask("GET", "/b"), "404 ");
  EXPECT_EQ(calls, "/a/{id:int} (GET, POST, HEAD, OPTIONS) /a/{name}/b (GET, HEAD, OPTIONS) ");
}

TEST_F(RouterTest, UnknownPathsMayHaveAHandler) {
  Add(Method::kGet, "/a");
  router_.SetNotFound([](const Request& request, Responder responder) {
    responder.Send(std::move(Response(404).SetBody(std::string(request.path()))));
  });
  EXPECT_EQ(Ask("GET", "/b/c"), "404 /b/c");
  EXPECT_EQ(Ask("GET", "/a"), "200 /a|");
}

using RouterDeathTest = RouterTest;

TEST_F(RouterDeathTest, RefusesTheSameRouteTwice) {
  Add(Method::kGet, "/a/{x}");
  EXPECT_DEATH(Add(Method::kGet, "/a/{y}/"), "place == nullptr");
}

TEST_F(RouterDeathTest, RefusesBadPatterns) {
  EXPECT_DEATH(Add(Method::kGet, "a"), "starts_with");
  EXPECT_DEATH(Add(Method::kGet, "/{id:uuid}"), "int");
  EXPECT_DEATH(Add(Method::kGet, "/{}"), "empty");
  EXPECT_DEATH(Add(Method::kGet, "/a{b}"), "npos");
}

}  // namespace
}  // namespace flagstream::net
