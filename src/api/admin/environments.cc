// SPDX-License-Identifier: Apache-2.0
#include "service/environments.h"

#include <string>
#include <string_view>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/project_json.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "service/limits.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

constexpr size_t kTextLengthMax = 20'000;
constexpr size_t kBannerTextLengthMax = 255;
constexpr size_t kColourLengthMax = 7;

service::EnvironmentInput ReadInput(BodyReader& body, Presence name) {
  service::EnvironmentInput input;
  input.name = body.Text("name", {.characters_max = service::kNameLengthMax}, name);
  input.api_key = body.Text("api_key", {});
  input.description =
      body.NullableText("description", {.may_be_blank = true, .characters_max = kTextLengthMax});
  input.minimum_change_request_approvals = body.NullableInteger("minimum_change_request_approvals");
  input.allow_client_traits = body.Boolean("allow_client_traits");
  input.banner_text = body.NullableText(
      "banner_text", {.may_be_blank = true, .characters_max = kBannerTextLengthMax});
  input.banner_colour = body.NullableText(
      "banner_colour", {.may_be_blank = true, .characters_max = kColourLengthMax});
  input.hide_disabled_flags = body.NullableBoolean("hide_disabled_flags");
  input.use_identity_composite_key_for_hashing =
      body.Boolean("use_identity_composite_key_for_hashing");
  input.hide_sensitive_data = body.Boolean("hide_sensitive_data");
  input.use_identity_overrides_in_local_eval = body.Boolean("use_identity_overrides_in_local_eval");
  return input;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const ProjectId project, RequireQueryId<ProjectId>(call.request, "project"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.environments.List(call.caller, project, page));
  return PagedReply(call, page, list, EnvironmentJson);
}

Result<Reply> ListOfProject(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.environments.ListAll(
                                         call.caller, call.Id<ProjectId>("project")));
  return ListReply(list, EnvironmentJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  const service::EnvironmentInput input = ReadInput(body, Presence::kRequired);
  const ProjectId project{body.Key("project", Presence::kRequired).value_or(0)};
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.environments.Create(call.caller, project, input));
  return JsonReply(EnvironmentJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto details,
                    call.use_cases.environments.GetDetails(call.caller, call.Text("key")));
  wire::Json json = EnvironmentJson(details.environment);
  json.Set("total_segment_overrides", details.total_segment_overrides);
  return JsonReply(json);
}

Result<Reply> Metrics(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::EnvironmentMetrics metrics,
                    call.use_cases.environments.Metrics(call.caller, call.Text("key")));
  wire::Json::Array rows;
  const auto add = [&](std::string_view name, std::string_view entity, int64_t value,
                       std::string_view description) {
    wire::Json row;
    row.Set("name", name);
    row.Set("entity", entity);
    row.Set("value", value);
    row.Set("description", description);
    row.Set("rank", static_cast<int64_t>(rows.size()) + 1);
    rows.push_back(std::move(row));
  };
  add("total_features", "features", metrics.features, "Features");
  add("enabled_features", "features", metrics.enabled_features, "Features that are on");
  add("segment_overrides", "segments", metrics.segment_overrides, "Segment overrides");
  return JsonReply(wire::Json().Set("metrics", std::move(rows)));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    call.use_cases.environments.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(EnvironmentJson(environment));
}

Result<Reply> Document(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    call.use_cases.environments.Document(call.caller, call.Text("key")));
  return Reply{200, wire::EncodeEnvironmentDocument(environment)};
}

Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  const service::EnvironmentInput input = ReadInput(body, Presence::kOptional);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environments.Update(call.caller, call.Text("key"), input));
  return JsonReply(EnvironmentJson(written.value), std::move(written.changes));
}

Result<Reply> Clone(const Call& call) {
  BodyReader body(call.body);
  const std::string name =
      body.Text("name", {.characters_max = service::kNameLengthMax}, Presence::kRequired)
          .value_or("");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environments.Clone(call.caller, call.Text("key"), name));
  wire::Json json;
  json.Set("id", written.value.id);
  json.Set("name", written.value.name);
  json.Set("api_key", written.value.api_key);
  json.Set("project", written.value.project_id);
  return JsonReply(json, std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environments.Delete(call.caller, call.Text("key")));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddEnvironmentRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/", List);
  endpoints.Post("environments/", Create);
  endpoints.Get("environments/{key}/", Get);
  endpoints.Update("environments/{key}/", Update);
  endpoints.Delete("environments/{key}/", Delete);
  endpoints.Get("environments/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Get("environments/{key}/document/", Document);
  endpoints.Get("environments/{key}/metrics/", Metrics);
  endpoints.Post("environments/{key}/clone/", Clone);
  endpoints.Get("projects/{project:int}/environments/", ListOfProject);
}

}  // namespace flagstream::api
