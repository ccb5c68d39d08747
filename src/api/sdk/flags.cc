// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/flags.h"

#include <optional>
#include <string>
#include <utility>

#include "api/answers.h"
#include "api/errors.h"
#include "api/sdk/environment_key.h"
#include "api/sdk/sdk_answers.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

net::Response AnswerOneFlag(const replica::KeyMatch& match, std::string_view feature) {
  std::optional<std::string> flag =
      wire::EncodeFlag(match.environment->environment(), match.kind, feature);
  if (!flag) return DetailAnswer(404, "Given feature not found");
  return JsonAnswer(200, *std::move(flag));
}

net::Response AnswerFlags(const net::Request& request, const SdkContext& context) {
  const Result<replica::KeyMatch> match =
      AuthenticateSdk(request, context, replica::SdkResource::kFlags);
  if (!match) return ErrorAnswer(match.error());
  if (!request.query().empty()) {
    const auto feature = request.QueryParameter("feature");
    if (feature && !feature->empty()) return AnswerOneFlag(*match, *feature);
  }
  const replica::ServedEnvironment& served = *match->environment;
  const bool is_server = match->kind == wire::KeyKind::kServer;
  return PreparedAnswer(request, is_server ? served.server_flags : served.client_flags,
                        served.stamp_text);
}

net::Response AnswerVariants(const net::Request& request, const SdkContext& context) {
  const Result<replica::KeyMatch> match =
      AuthenticateSdk(request, context, replica::SdkResource::kFlags);
  if (!match) return ErrorAnswer(match.error());
  std::optional<std::string> variants = wire::EncodeVariants(
      match->environment->environment(), match->kind, {request.PathInteger("feature")});
  if (!variants) return DetailAnswer(404, "No Feature matches the given query.");
  return JsonAnswer(200, *std::move(variants));
}

}  // namespace

void RegisterFlags(net::Router& router, SdkContext context) {
  router.Add(net::Method::kGet, "/api/v1/flags/",
             [context](net::Request request, net::Responder responder) {
               responder.Send(AnswerFlags(request, context));
             });
  router.Add(net::Method::kGet, "/api/v1/flags/{feature:int}/multivariate-options/",
             [context](net::Request request, net::Responder responder) {
               responder.Send(AnswerVariants(request, context));
             });
}

}  // namespace flagstream::api
