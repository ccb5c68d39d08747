// SPDX-License-Identifier: Apache-2.0
#include "service/segments.h"

#include <optional>
#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/feature_state_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/segment_json.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

ProjectId ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
SegmentId IdOf(const Call& call) { return call.Id<SegmentId>("segment"); }

service::Given<std::string> ReadName(BodyReader& body, Presence presence) {
  return body.Text("name", {.characters_max = service::kNameLengthMax}, presence);
}

service::Given<std::optional<std::string>> ReadDescription(BodyReader& body) {
  return body.NullableText(
      "description", {.may_be_blank = true, .characters_max = service::kDescriptionLengthMax});
}

service::Given<std::optional<FeatureId>> ReadFeature(BodyReader& body) {
  const wire::Json* value = body.Find("feature");
  if (value != nullptr && value->IsNull()) return std::optional<FeatureId>();
  const service::Given<int64_t> id = body.Key("feature");
  return id ? service::Given<std::optional<FeatureId>>(FeatureId{*id}) : std::nullopt;
}

Result<Reply> List(const Call& call) {
  service::SegmentFilter filter;
  filter.search = call.request.QueryParameter("q");
  filter.include_feature_specific =
      ReadQueryBoolean(call.request, "include_feature_specific").value_or(true);
  FLAGSTREAM_ASSIGN(filter.identity, ReadQueryId<IdentityId>(call.request, "identity"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kLongPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.segments.List(call.caller, ProjectOf(call), filter, page));
  return PagedReply(call, page, list, SegmentJson);
}

// The project is that of the path, whatever the body says.
Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::SegmentInput input;
  input.name = ReadName(body, Presence::kRequired).value_or("");
  input.description = ReadDescription(body).value_or(std::nullopt);
  input.feature = ReadFeature(body).value_or(std::nullopt);
  input.rules = ReadRules(body, Presence::kRequired).value_or(std::vector<service::RuleInput>());
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.segments.Create(call.caller, ProjectOf(call), input));
  return JsonReply(SegmentJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.segments.Get(call.caller, ProjectOf(call), IdOf(call)));
  return JsonReply(SegmentJson(view));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.segments.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(SegmentJson(view));
}

Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::SegmentUpdate update;
  update.name = ReadName(body, Presence::kOptional);
  update.description = ReadDescription(body);
  update.feature = ReadFeature(body);
  update.rules = ReadRules(body, Presence::kOptional);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.segments.Update(call.caller, ProjectOf(call),
                                                                 IdOf(call), update));
  return JsonReply(SegmentJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.segments.Delete(call.caller, ProjectOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<Reply> Clone(const Call& call) {
  BodyReader body(call.body);
  const std::string name = ReadName(body, Presence::kRequired).value_or("");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.segments.Clone(call.caller, ProjectOf(call), IdOf(call), name));
  return JsonReply(SegmentJson(written.value), std::move(written.changes), 201);
}

Result<Reply> ListFeatures(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    ReadQueryId<EnvironmentId>(call.request, "environment"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kLongPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.segments.ListOverrides(call.caller, ProjectOf(call), IdOf(call),
                                                          environment, page));
  return PagedReply(call, page, list, StateJson);
}

}  // namespace

void AddSegmentRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/{project:int}/segments/", List);
  endpoints.Post("projects/{project:int}/segments/", Create);
  endpoints.Get("projects/{project:int}/segments/{segment:int}/", Get);
  endpoints.Update("projects/{project:int}/segments/{segment:int}/", Update);
  endpoints.Delete("projects/{project:int}/segments/{segment:int}/", Delete);
  endpoints.Post("projects/{project:int}/segments/{segment:int}/clone/", Clone);
  endpoints.Get("projects/{project:int}/segments/{segment:int}/associated-features/", ListFeatures);
  endpoints.Get("segments/get-by-uuid/{uuid}/", GetByUuid);
}

}  // namespace flagstream::api
