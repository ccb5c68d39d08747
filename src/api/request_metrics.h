// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/router.h"
#include "telemetry/registry.h"

namespace flagstream::api {

// The answers of one route on one shard, counted by status.
class RouteCounters {
 public:
  RouteCounters(telemetry::Registry& registry, std::string_view route)
      : registry_(registry), route_(route) {}

  void Count(int status);

 private:
  telemetry::Registry& registry_;
  const std::string route_;
  // Those that were seen; a route has few.
  std::vector<std::pair<int, telemetry::Counter*>> by_status_;
};

// The requests of one shard. Lives on it; outlives its router. A status is entered in the registry
// when it is first seen, because most routes never give most of them.
class RequestMetrics {
 public:
  RequestMetrics(telemetry::Registry& registry, const Clock& clock);

  // `pattern` empty: requests that no route took. The result lives as long as this.
  RouteCounters& Route(std::string_view pattern);

  SteadyTime Now() const { return clock_.Steady(); }
  // How long a request took that came at `start`.
  void ObserveSince(SteadyTime start);

 private:
  telemetry::Registry& registry_;
  const Clock& clock_;
  telemetry::Histogram& seconds_;
  std::map<std::string, RouteCounters, std::less<>> routes_;
};

// The answers of MakeFallbackAnswers, counted.
net::FallbackAnswers MakeCountedFallbackAnswers(RequestMetrics& metrics);

// The last step of setting up a router, after every Register...: each answer of a handler is
// counted, and names the route's methods in `Allow`, as the reference's do.
void FinishRoutes(net::Router& router, RequestMetrics& metrics);

// Says in the log, at level debug, what the router serves: one line a route and method.
void LogRoutes(net::Router& router);

}  // namespace flagstream::api
