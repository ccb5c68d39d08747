// SPDX-License-Identifier: Apache-2.0
#include "api/ops/register_ops.h"

#include <utility>

#include "api/answers.h"
#include "api/ops/health.h"
#include "api/ops/pages.h"
#include "api/ops/version.h"

namespace flagstream::api {
namespace {

void AddMetricsRoute(net::Router& router, const OpsContext& context) {
  // A trailing slash is optional, so this is /metrics and /metrics/.
  router.Add(net::Method::kGet, "/metrics",
             [text = context.metrics_text](const net::Request&, net::Responder responder) {
               net::Response response = EmptyAnswer(200);
               response.AddHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
               response.SetBody(text());
               responder.Send(std::move(response));
             });
}

}  // namespace

void RegisterHealth(net::Router& router, const OpsContext& context) {
  AddHealthRoutes(router, context);
  AddVersionRoute(router, context);
  AddPageRoutes(router);
}

void RegisterOps(net::Router& router, const OpsContext& context) {
  RegisterHealth(router, context);
  AddMetricsRoute(router, context);
}

}  // namespace flagstream::api
