// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/errors.h"
#include "api/ops/register_ops.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"

namespace flagstream::api {
namespace {

// Goal: what operators and their tools ask is answered in the shapes they know.

class OpsTest : public ::testing::Test {
 protected:
  OpsTest() : router_(MakeFallbackAnswers()) {}

  OpsContext Context() {
    return {
        .is_ready = [this] { return ready_; },
        .metrics_text = [] { return std::string("# TYPE up gauge\nup 1\n"); },
        .installation = [] { return InstallationState{.has_users = true, .has_logins = false}; },
        .program_version = "0.1.0"};
  }

  bool ready_ = false;
  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  net::Router router_;
  testing::HttpClient client_{router_, shard_};
};

TEST_F(OpsTest, IsHealthyWhateverIsWrong) {
  RegisterOps(router_, Context());
  for (const std::string_view path :
       {"/health", "/health/", "/healthcheck", "/health/liveness/", "/health/liveness"}) {
    const auto answer = client_.Send("GET", path);
    EXPECT_EQ(answer->status, 200) << path;
    EXPECT_EQ(answer->body, R"({"status":"ok"})") << path;
    EXPECT_EQ(answer->Header("Content-Type"), "application/json");
    EXPECT_EQ(answer->Header("Access-Control-Allow-Origin"), "*");
  }
}

TEST_F(OpsTest, IsReadyOnlyWhenCurrent) {
  RegisterOps(router_, Context());
  for (const std::string_view path : {"/ready", "/health/readiness/"}) {
    ready_ = false;
    EXPECT_EQ(client_.Send("GET", path)->status, 503) << path;
    EXPECT_EQ(client_.Send("GET", path)->body, R"({"status":"not ready"})");
    ready_ = true;
    EXPECT_EQ(client_.Send("GET", path)->status, 200) << path;
  }
}

TEST_F(OpsTest, VersionHasTheReferencesShape) {
  RegisterOps(router_, Context());
  EXPECT_EQ(client_.Send("GET", "/version/")->body,
            R"({"ci_commit_sha":"unknown","image_tag":"2.265.0","has_email_provider":false,)"
            R"("is_enterprise":false,"is_saas":false,)"
            R"("self_hosted_data":{"has_users":true,"has_logins":false},)"
            R"("package_versions":{".":"2.265.0"},"flagstream_version":"0.1.0"})");
}

TEST_F(OpsTest, MetricsAreTextWithAndWithoutSlash) {
  RegisterOps(router_, Context());
  for (const std::string_view path : {"/metrics", "/metrics/"}) {
    const auto answer = client_.Send("GET", path);
    EXPECT_EQ(answer->body, "# TYPE up gauge\nup 1\n");
    EXPECT_EQ(answer->Header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  }
}

TEST_F(OpsTest, ThePublicAddressMayBeWithoutMetrics) {
  RegisterHealth(router_, Context());
  EXPECT_EQ(client_.Send("GET", "/metrics")->status, 404);
  EXPECT_EQ(client_.Send("GET", "/health")->status, 200);
}

TEST_F(OpsTest, TheFrontPageNeedsNothingFromElsewhere) {
  RegisterOps(router_, Context());
  const auto page = client_.Send("GET", "/");
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->Header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_TRUE(page->Has("Content-Security-Policy"));
  EXPECT_EQ(page->body.find("http"), std::string::npos);
  EXPECT_EQ(page->body.find("src="), std::string::npos);
  EXPECT_EQ(client_.Send("HEAD", "/")->body, "");

  EXPECT_EQ(client_.Send("GET", "/robots.txt")->body, "User-agent: *\nDisallow: /\n");
}

}  // namespace
}  // namespace flagstream::api
