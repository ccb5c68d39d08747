// SPDX-License-Identifier: Apache-2.0
#include "service/usage.h"

#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "wire/time.h"

namespace flagstream::api {
namespace {

OrganisationId OrganisationOf(const Call& call) { return call.Id<OrganisationId>("organisation"); }

Result<service::UsagePeriod> ReadPeriod(const net::Request& request) {
  const std::string text = request.QueryParameter("period").value_or("");
  if (text.empty() || text == "current_billing_period") return service::UsagePeriod::kCurrent;
  if (text == "previous_billing_period") return service::UsagePeriod::kPrevious;
  if (text == "90_day_period") return service::UsagePeriod::kLast90Days;
  return Error::InvalidField("period", "\"" + text + "\" is not a valid choice.");
}

Result<service::UsageFilter> ReadFilter(const net::Request& request) {
  service::UsageFilter filter;
  FLAGSTREAM_ASSIGN(filter.project, ReadQueryId<ProjectId>(request, "project_id"));
  FLAGSTREAM_ASSIGN(filter.environment, ReadQueryId<EnvironmentId>(request, "environment_id"));
  FLAGSTREAM_ASSIGN(filter.period, ReadPeriod(request));
  return filter;
}

wire::Json DayJson(const service::UsageDay& day) {
  wire::Json json;
  json.Set("day", wire::FormatIsoDay(day.day));
  json.Set("flags", day.flags);
  json.Set("identities", day.identities);
  json.Set("traits", day.traits);
  json.Set("environment_document", day.environment_document);
  json.Set("labels", wire::Json::Object());
  return json;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::UsageFilter filter, ReadFilter(call.request));
  FLAGSTREAM_ASSIGN(const auto days,
                    call.use_cases.usage.List(call.caller, OrganisationOf(call), filter));
  return ListReply(days, DayJson);
}

Result<Reply> Total(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::UsageFilter filter, ReadFilter(call.request));
  FLAGSTREAM_ASSIGN(const int64_t count,
                    call.use_cases.usage.Total(call.caller, OrganisationOf(call), filter));
  return JsonReply(wire::Json().Set("count", count));
}

}  // namespace

void AddUsageRoutes(Endpoints& endpoints) {
  endpoints.Get("organisations/{organisation:int}/usage-data/", List);
  endpoints.Get("organisations/{organisation:int}/usage-data/total-count/", Total);
}

}  // namespace flagstream::api
