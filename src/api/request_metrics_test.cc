// SPDX-License-Identifier: Apache-2.0
#include "api/request_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "api/answers.h"
#include "net/request_builder.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"

namespace flagstream::api {
namespace {

// Goal: every answer is counted once, under its route and never under a path, which holds keys and
// names.

class RequestMetricsTest : public ::testing::Test {
 protected:
  RequestMetricsTest() {
    router_.Add(net::Method::kGet, "/a/{key}/",
                [this](const net::Request&, net::Responder responder) {
                  clock_.Advance(std::chrono::milliseconds(3));
                  responder.Send(JsonAnswer(status_, "{}"));
                });
    router_.Add(net::Method::kGet, "/stream/",
                [](const net::Request&, net::Responder responder) { responder.TakeOver(""); });
    router_.Add(net::Method::kPost, "/forgotten/", [](const net::Request&, net::Responder) {});
    FinishRoutes(router_, metrics_);
  }

  bool HasLine(const std::string& line) {
    return ("\n" + registry_.PrometheusText()).find("\n" + line + "\n") != std::string::npos;
  }
  static std::string Requests(std::string_view route, int status, int count) {
    return "flagstream_http_requests_total{route=\"" + std::string(route) + "\",status=\"" +
           std::to_string(status) + "\"} " + std::to_string(count);
  }

  int status_ = 200;
  telemetry::Registry registry_;
  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  RequestMetrics metrics_{registry_, clock_};
  net::Router router_{MakeCountedFallbackAnswers(metrics_)};
  testing::HttpClient client_{router_, shard_};
};

TEST_F(RequestMetricsTest, CountsByRouteAndStatus) {
  client_.Send("GET", "/a/secret-key/");
  client_.Send("GET", "/a/other-key");
  status_ = 404;
  client_.Send("GET", "/a/secret-key/");
  EXPECT_TRUE(HasLine(Requests("/a/{key}/", 200, 2))) << registry_.PrometheusText();
  EXPECT_TRUE(HasLine(Requests("/a/{key}/", 404, 1)));
  EXPECT_EQ(registry_.PrometheusText().find("secret-key"), std::string::npos);
}

TEST_F(RequestMetricsTest, CountsWhatNoHandlerAnswers) {
  client_.Send("GET", "/nowhere");
  client_.Send("POST", "/a/k/");
  client_.Send("OPTIONS", "/a/k/");
  router_.fallbacks().bad_request(431, "Too long.");
  EXPECT_TRUE(HasLine(Requests("none", 404, 1))) << registry_.PrometheusText();
  EXPECT_TRUE(HasLine(Requests("/a/{key}/", 405, 1)));
  EXPECT_TRUE(HasLine(Requests("/a/{key}/", 204, 1)));
  EXPECT_TRUE(HasLine(Requests("none", 431, 1)));
}

TEST_F(RequestMetricsTest, CountsStreamsAndForgottenRequests) {
  EXPECT_NE(client_.Send("GET", "/stream/")->stream, nullptr);
  EXPECT_EQ(client_.Send("POST", "/forgotten/")->status, 500);
  EXPECT_TRUE(HasLine(Requests("/stream/", 200, 1))) << registry_.PrometheusText();
  EXPECT_TRUE(HasLine(Requests("/forgotten/", 500, 1)));
}

TEST_F(RequestMetricsTest, MeasuresFromRequestToAnswer) {
  client_.Send("GET", "/a/k/");
  EXPECT_TRUE(HasLine("flagstream_http_request_seconds_sum 0.003")) << registry_.PrometheusText();
}

TEST_F(RequestMetricsTest, AnswersNameTheMethodsOfTheirRoute) {
  EXPECT_EQ(client_.Send("GET", "/a/k/")->Header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(client_.Send("POST", "/a/k/")->Header("Allow"), "GET, HEAD, OPTIONS");
}

}  // namespace
}  // namespace flagstream::api
