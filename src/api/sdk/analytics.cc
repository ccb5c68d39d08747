// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/analytics.h"

#include <string_view>
#include <vector>

#include "api/answers.h"
#include "api/errors.h"
#include "api/media_type.h"
#include "api/sdk/environment_key.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

using ParseCounts = Result<std::vector<wire::FeatureCount>> (*)(std::string_view body);

void CountKnown(FeatureUsage& usage, const replica::ServedEnvironment& served,
                const std::vector<wire::FeatureCount>& counts) {
  for (const wire::FeatureCount& count : counts) {
    const flags::Feature* feature = served.snapshot.FindFeature(count.feature_name);
    if (feature) usage.Count(served.environment().id, feature->id, count.count);
  }
}

net::Response TakeCounts(const net::Request& request, const SdkContext& context, ParseCounts parse,
                         net::Response thanks) {
  const Result<replica::KeyMatch> match = AuthenticateSdk(request, context.replica);
  if (!match) return ErrorAnswer(match.error());
  if (auto refusal = RefuseMediaType(request)) return *std::move(refusal);
  const auto counts = parse(JsonTextOf(request));
  if (!counts) return ErrorAnswer(counts.error());
  CountKnown(context.usage, *match->environment, *counts);
  return thanks;
}

}  // namespace

void RegisterAnalytics(net::Router& router, SdkContext context) {
  router.Add(
      net::Method::kPost, "/api/v1/analytics/flags/",
      [context](net::Request request, net::Responder responder) {
        // 200 with a body: Java cannot read an empty one, Android takes 204 for a failure, and both
        // would repeat.
        responder.Send(TakeCounts(request, context, wire::ParseAnalytics, JsonAnswer(200, "{}")));
      });
  router.Add(
      net::Method::kPost, "/api/v2/analytics/flags/",
      [context](net::Request request, net::Responder responder) {
        responder.Send(TakeCounts(request, context, wire::ParseAnalyticsV2, EmptyAnswer(204)));
      });
}

}  // namespace flagstream::api
