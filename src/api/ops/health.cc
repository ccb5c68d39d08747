// SPDX-License-Identifier: Apache-2.0
#include "api/ops/health.h"

#include <string_view>

#include "api/answers.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kOk = R"({"status":"ok"})";
constexpr std::string_view kNotReady = R"({"status":"not ready"})";

void AnswerAlive(const net::Request&, net::Responder responder) {
  responder.Send(JsonAnswer(200, std::string(kOk)));
}

}  // namespace

void AddHealthRoutes(net::Router& router, const OpsContext& context) {
  for (const std::string_view path : {"/health", "/healthcheck", "/health/liveness/"}) {
    router.Add(net::Method::kGet, path, AnswerAlive);
  }
  for (const std::string_view path : {"/ready", "/health/readiness/"}) {
    router.Add(
        net::Method::kGet, path,
        [is_ready = context.is_ready](const net::Request&, net::Responder responder) {
          const bool ready = is_ready();
          responder.Send(JsonAnswer(ready ? 200 : 503, std::string(ready ? kOk : kNotReady)));
        });
  }
}

}  // namespace flagstream::api
