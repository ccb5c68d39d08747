// SPDX-License-Identifier: Apache-2.0
#include "service/projects.h"

#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/project_json.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

constexpr size_t kPatternLengthMax = 255;

wire::Json DetailsJson(const service::ProjectDetails& details, const service::Limits& limits) {
  wire::Json json = ProjectJson(details.project);
  json.Set("max_segments_allowed", limits.segments_per_project_max);
  json.Set("max_features_allowed", limits.features_per_project_max);
  json.Set("max_segment_overrides_allowed", limits.segment_overrides_per_environment_max);
  json.Set("total_features", details.total_features);
  json.Set("total_segments", details.total_segments);
  return json;
}

service::ProjectInput ReadInput(BodyReader& body, Presence name) {
  service::ProjectInput input;
  input.name = body.Text("name", {.characters_max = service::kNameLengthMax}, name);
  input.hide_disabled_flags = body.Boolean("hide_disabled_flags");
  input.prevent_flag_defaults = body.Boolean("prevent_flag_defaults");
  input.enable_realtime_updates = body.Boolean("enable_realtime_updates");
  input.only_allow_lower_case_feature_names = body.Boolean("only_allow_lower_case_feature_names");
  input.feature_name_regex = body.NullableText(
      "feature_name_regex", {.may_be_blank = true, .characters_max = kPatternLengthMax});
  // An empty pattern is how some clients say that there is none.
  if (input.feature_name_regex && *input.feature_name_regex == "")
    input.feature_name_regex->reset();
  input.stale_flags_limit_days = body.NullableInteger("stale_flags_limit_days");
  input.minimum_change_request_approvals = body.NullableInteger("minimum_change_request_approvals");
  input.enforce_feature_owners = body.Boolean("enforce_feature_owners");
  return input;
}

ProjectId IdOf(const Call& call) { return call.Id<ProjectId>("project"); }

Result<Reply> List(const Call& call) {
  service::ProjectFilter filter;
  FLAGSTREAM_ASSIGN(filter.organisation, ReadQueryId<OrganisationId>(call.request, "organisation"));
  filter.uuid = call.request.QueryParameter("uuid");
  FLAGSTREAM_ASSIGN(const auto projects, call.use_cases.projects.List(call.caller, filter));
  return ListReply(projects, ProjectJson);
}

Result<Reply> ListOfOrganisation(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto projects, call.use_cases.projects.ListOfOrganisation(
                                             call.caller, call.Id<OrganisationId>("organisation")));
  return ListReply(projects, ProjectJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  const service::ProjectInput input = ReadInput(body, Presence::kRequired);
  const OrganisationId organisation{body.Key("organisation", Presence::kRequired).value_or(0)};
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.projects.Create(call.caller, organisation, input));
  return JsonReply(ProjectJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto details, call.use_cases.projects.Get(call.caller, IdOf(call)));
  return JsonReply(DetailsJson(details, call.use_cases.context.limits));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto project,
                    call.use_cases.projects.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(ProjectJson(project));
}

Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  const service::ProjectInput input = ReadInput(body, Presence::kOptional);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.projects.Update(call.caller, IdOf(call), input));
  return JsonReply(ProjectJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.projects.Delete(call.caller, IdOf(call)));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddProjectRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/", List);
  endpoints.Post("projects/", Create);
  endpoints.Get("projects/{project:int}/", Get);
  endpoints.Update("projects/{project:int}/", Update);
  endpoints.Delete("projects/{project:int}/", Delete);
  endpoints.Get("projects/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Get("organisations/{organisation:int}/projects/", ListOfOrganisation);
}

}  // namespace flagstream::api
