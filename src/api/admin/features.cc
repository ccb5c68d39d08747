// SPDX-License-Identifier: Apache-2.0
#include "service/features.h"

#include <optional>
#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/people_json.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

using service::FeatureView;

constexpr std::string_view kNoVariants = "Multivariate features are not supported yet.";
constexpr size_t kDescriptionLengthMax = 20'000;

wire::Json EnvironmentStateJson(const std::optional<service::FeatureStateView>& view) {
  if (!view) return {};
  wire::Json json;
  json.Set("id", view->state.id);
  json.Set("feature_state_value", PlainValueJson(view->value));
  json.Set("environment", view->state.environment_id);
  json.Set("identity", wire::Json());
  json.Set("feature_segment", wire::Json());
  json.Set("enabled", view->state.enabled);
  return json;
}

wire::Json OwnersJson(const FeatureView& view) {
  wire::Json::Array owners;
  for (const store::User& owner : view.owners) owners.push_back(PersonJson(owner));
  return {std::move(owners)};
}

// As the answer to a creation has it.
wire::Json NewFeatureJson(const FeatureView& view) {
  const store::Feature& feature = view.feature;
  wire::Json json;
  json.Set("id", feature.id);
  json.Set("name", feature.name);
  json.Set("type", feature.type);
  json.Set("default_enabled", feature.default_enabled);
  json.Set("initial_value", wire::Json::From(feature.initial_value));
  json.Set("created_date", TimeJson(feature.created_date));
  json.Set("description", wire::Json::From(feature.description));
  json.Set("tags", wire::Json::Array());
  json.Set("multivariate_options", wire::Json::Array());
  json.Set("is_archived", feature.is_archived);
  json.Set("owners", OwnersJson(view));
  json.Set("group_owners", wire::Json::Array());
  json.Set("uuid", feature.uuid);
  json.Set("project", feature.project_id);
  json.Set("environment_feature_state", EnvironmentStateJson(view.environment_state));
  json.Set("segment_feature_state", wire::Json());
  json.Set("num_segment_overrides", view.segment_overrides);
  json.Set("num_identity_overrides", wire::Json::From(view.identity_overrides));
  json.Set("is_num_identity_overrides_complete", true);
  json.Set("is_server_key_only", feature.is_server_key_only);
  json.Set("last_modified_in_any_environment", wire::Json());
  json.Set("last_modified_in_current_environment", wire::Json());
  json.Set("metadata", wire::Json::Array());
  return json;
}

wire::Json FeatureJson(const FeatureView& view) {
  return NewFeatureJson(view).Set("code_references_counts", wire::Json::Array());
}

ProjectId ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
FeatureId IdOf(const Call& call) { return call.Id<FeatureId>("feature"); }

// What we could only accept and then forget is refused.
void RefuseUnsupported(BodyReader& body) {
  body.RefuseElements("multivariate_options", kNoVariants);
  body.RefuseElements("tags", "Tags are not supported yet.");
  body.RefuseElements("group_owners", "Groups are not supported yet.");
}

void CheckType(BodyReader& body) {
  const auto type = body.Text("type", {});
  if (!type || *type == "STANDARD") return;
  body.AddError("type", *type == "MULTIVARIATE" ? std::string(kNoVariants)
                                                : "\"" + *type + "\" is not a valid choice.");
}

// Text or null; numbers and booleans count as the text Python has for them.
std::optional<std::string> ReadInitialValue(BodyReader& body) {
  const wire::Json* value = body.Find("initial_value");
  if (value == nullptr || value->IsNull()) return std::nullopt;
  if (const bool* boolean = value->AsBool()) return *boolean ? "True" : "False";
  const std::optional<std::string> text = wire::AsText(*value);
  if (!text) {
    body.AddError("initial_value", "Not a valid string.");
    return std::nullopt;
  }
  const std::string problem = wire::TextProblem(
      *text, {.may_be_blank = true, .characters_max = service::kFlagValueLengthMax});
  if (!problem.empty()) body.AddError("initial_value", problem);
  return text;
}

Result<service::FeatureFilter> ReadFilter(const net::Request& request) {
  service::FeatureFilter filter;
  filter.search = request.QueryParameter("search");
  filter.is_archived = ReadQueryBoolean(request, "is_archived");
  filter.type = request.QueryParameter("type");
  filter.sort_by_name = request.QueryParameter("sort_field") == "name";
  filter.descending = request.QueryParameter("sort_direction") == "DESC";
  FLAGSTREAM_ASSIGN(filter.environment, ReadQueryId<EnvironmentId>(request, "environment"));
  return filter;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::FeatureFilter filter, ReadFilter(call.request));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kLongPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.features.List(call.caller, ProjectOf(call), filter, page));
  return PagedReply(call, page, list, FeatureJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::FeatureInput input;
  input.name =
      body.Text("name", {.characters_max = service::kFeatureNameLengthMax}, Presence::kRequired)
          .value_or("");
  input.initial_value = ReadInitialValue(body);
  input.default_enabled = body.Boolean("default_enabled").value_or(false);
  input.description = body.NullableText("description", {.may_be_blank = true,
                                                        .characters_max = kDescriptionLengthMax})
                          .value_or(std::nullopt);
  input.is_archived = body.Boolean("is_archived").value_or(false);
  input.is_server_key_only = body.Boolean("is_server_key_only").value_or(false);
  input.owners = body.Keys("owners");
  CheckType(body);
  RefuseUnsupported(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.features.Create(call.caller, ProjectOf(call), input));
  return JsonReply(NewFeatureJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.features.Get(call.caller, ProjectOf(call), IdOf(call)));
  return JsonReply(FeatureJson(view));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.features.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(FeatureJson(view));
}

// The name, the type and what new states start with do not change after the creation; in a body
// they are passed over.
Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::FeatureUpdate update;
  update.description = body.NullableText(
      "description", {.may_be_blank = true, .characters_max = kDescriptionLengthMax});
  update.is_archived = body.Boolean("is_archived");
  update.is_server_key_only = body.Boolean("is_server_key_only");
  RefuseUnsupported(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.Update(call.caller, ProjectOf(call),
                                                                 IdOf(call), update));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.features.Delete(call.caller, ProjectOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<std::vector<int64_t>> ReadUsers(const Call& call) {
  BodyReader body(call.body);
  std::vector<int64_t> users =
      body.Keys("user_ids", Presence::kRequired).value_or(std::vector<int64_t>());
  FLAGSTREAM_TRY(body.Check());
  return users;
}

Result<Reply> AddOwners(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> users, ReadUsers(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.AddOwners(call.caller, ProjectOf(call),
                                                                    IdOf(call), users));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

Result<Reply> RemoveOwners(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> users, ReadUsers(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.RemoveOwners(call.caller, ProjectOf(call),
                                                                       IdOf(call), users));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

}  // namespace

void AddFeatureRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/{project:int}/features/", List);
  endpoints.Post("projects/{project:int}/features/", Create);
  endpoints.Get("projects/{project:int}/features/{feature:int}/", Get);
  endpoints.Update("projects/{project:int}/features/{feature:int}/", Update);
  endpoints.Delete("projects/{project:int}/features/{feature:int}/", Delete);
  endpoints.Get("features/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Post("projects/{project:int}/features/{feature:int}/add-owners/", AddOwners);
  endpoints.Post("projects/{project:int}/features/{feature:int}/remove-owners/", RemoveOwners);
}

}  // namespace flagstream::api
