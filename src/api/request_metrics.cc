// SPDX-License-Identifier: Apache-2.0
#include "api/request_metrics.h"

#include <chrono>
#include <memory>
#include <optional>

#include "api/errors.h"
#include "base/log.h"

namespace flagstream::api {
namespace {

// Stands between a handler and the session, to see the answer.
class CountedExchange final : public net::Responder::Exchange {
 public:
  CountedExchange(net::Responder inner, RouteCounters& route, std::string_view allow,
                  RequestMetrics& metrics)
      : inner_(std::move(inner)),
        route_(route),
        allow_(allow),
        metrics_(metrics),
        start_(metrics.Now()) {}

  void Send(net::Response response) override {
    Count(response.status());
    response.AddHeader("Allow", allow_);
    inner_.Send(std::move(response));
  }

  std::unique_ptr<net::StreamConnection> TakeOver(std::string_view head) override {
    Count(200);
    return inner_.TakeOver(head);
  }

  void Abandon() override {
    Count(500);
    net::Responder abandoned(std::move(inner_));
  }

  Executor& shard() override { return inner_.shard(); }

 private:
  void Count(int status) {
    route_.Count(status);
    metrics_.ObserveSince(start_);
  }

  net::Responder inner_;
  RouteCounters& route_;
  const std::string_view allow_;
  RequestMetrics& metrics_;
  const SteadyTime start_;
};

net::Response Counted(RequestMetrics& metrics, std::string_view route, net::Response response) {
  metrics.Route(route).Count(response.status());
  return response;
}

}  // namespace

void RouteCounters::Count(int status) {
  for (const auto& [seen, counter] : by_status_) {
    if (seen == status) return counter->Add();
  }
  telemetry::Counter& counter = registry_.AddCounter(
      "flagstream_http_requests_total", "Requests answered, by route and status.",
      {{"route", route_.empty() ? "none" : route_}, {"status", std::to_string(status)}});
  by_status_.emplace_back(status, &counter);
  counter.Add();
}

RequestMetrics::RequestMetrics(telemetry::Registry& registry, const Clock& clock)
    : registry_(registry),
      clock_(clock),
      seconds_(registry.AddHistogram(
          "flagstream_http_request_seconds",
          "From the whole request to its answer, of requests that a route took.",
          telemetry::DurationBuckets())) {}

RouteCounters& RequestMetrics::Route(std::string_view pattern) {
  const auto found = routes_.find(pattern);
  if (found != routes_.end()) return found->second;
  return routes_.try_emplace(std::string(pattern), registry_, pattern).first->second;
}

void RequestMetrics::ObserveSince(SteadyTime start) {
  seconds_.Observe(std::chrono::duration<double>(clock_.Steady() - start).count());
}

net::FallbackAnswers MakeCountedFallbackAnswers(RequestMetrics& metrics) {
  const net::FallbackAnswers plain = MakeFallbackAnswers();
  return {.not_found =
              [&metrics, plain](const net::Request& request) {
                return Counted(metrics, "", plain.not_found(request));
              },
          .method_not_allowed =
              [&metrics, plain](const net::Request& request, std::string_view allow) {
                return Counted(metrics, request.route(), plain.method_not_allowed(request, allow));
              },
          .options =
              [&metrics, plain](const net::Request& request, std::string_view allow) {
                return Counted(metrics, request.route(), plain.options(request, allow));
              },
          .bad_request =
              [&metrics, plain](int status, std::string_view sentence) {
                return Counted(metrics, "", plain.bad_request(status, sentence));
              }};
}

void FinishRoutes(net::Router& router, RequestMetrics& metrics) {
  router.WrapHandlers(
      [&metrics](std::string_view pattern, std::string_view allow, net::Handler handler) {
        RouteCounters& route = metrics.Route(pattern);
        return [&metrics, &route, allow, handler = std::move(handler)](net::Request request,
                                                                       net::Responder responder) {
          auto exchange =
              std::make_shared<CountedExchange>(std::move(responder), route, allow, metrics);
          handler(std::move(request), net::Responder(std::move(exchange)));
        };
      });
}

void LogRoutes(net::Router& router) {
  router.WrapHandlers([](std::string_view pattern, std::string_view allow, net::Handler handler) {
    log::Debug("route", {{"path", pattern}, {"methods", allow}});
    return handler;
  });
}

}  // namespace flagstream::api
