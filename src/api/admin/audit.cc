// SPDX-License-Identifier: Apache-2.0
#include "service/audit.h"

#include <optional>
#include <string>
#include <utility>

#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "wire/request_fields.h"

namespace flagstream::api {
namespace {

using service::AuditView;

wire::Json AuthorJson(const std::optional<store::User>& author) {
  if (!author) return {};
  wire::Json json;
  json.Set("id", author->id);
  json.Set("email", author->email);
  json.Set("first_name", author->first_name);
  json.Set("last_name", author->last_name);
  return json;
}

wire::Json ProjectJson(const std::optional<store::Project>& project) {
  if (!project) return {};
  wire::Json json;
  json.Set("id", project->id);
  json.Set("name", project->name);
  return json;
}

wire::Json EnvironmentJson(const std::optional<store::Environment>& environment) {
  if (!environment) return {};
  wire::Json json;
  json.Set("id", environment->id);
  json.Set("name", environment->name);
  json.Set("api_key", environment->api_key);
  return json;
}

wire::Json AuditJson(const AuditView& view) {
  wire::Json json;
  json.Set("id", view.row.id);
  json.Set("created_date", TimeJson(view.row.created_date));
  json.Set("log", view.row.log);
  json.Set("author", AuthorJson(view.author));
  // The reference names no author where a key was used.
  json.Set("author_api_key", wire::Json::From(view.row.author_key));
  json.Set("environment", EnvironmentJson(view.environment));
  json.Set("project", ProjectJson(view.project));
  json.Set("related_object_id", view.row.related_object_id);
  json.Set("related_object_uuid", wire::Json::From(view.row.related_object_uuid));
  json.Set("related_object_type", view.row.related_object_type);
  json.Set("is_system_event", false);
  return json;
}

Result<wire::Json> AuditDetailsJson(const AuditView& view) {
  FLAGSTREAM_ASSIGN(wire::Json changes, wire::ParseJson(view.row.changes));
  wire::Json json = AuditJson(view);
  json.Set("change_details", std::move(changes));
  json.Set("change_type", view.row.change_type);
  return json;
}

Result<service::AuditFilter> ReadFilter(const net::Request& request) {
  service::AuditFilter filter;
  FLAGSTREAM_ASSIGN(filter.project, ReadQueryId<ProjectId>(request, "project"));
  filter.search = request.QueryParameter("search");
  for (const std::string& text : request.QueryParameters("environments")) {
    const std::optional<int64_t> id = wire::AsInteger(wire::Json(text));
    if (!id) return Error::InvalidField("environments", "A valid integer is required.");
    filter.environments.push_back({*id});
  }
  return filter;
}

// The log has nothing that happened by itself so far.
bool AsksForSystemEvents(const net::Request& request) {
  return ReadQueryBoolean(request, "is_system_event").value_or(false);
}

template <class ListRows>
Result<Reply> ReplyWith(const Call& call, const ListRows& list_rows) {
  FLAGSTREAM_ASSIGN(const service::AuditFilter filter, ReadFilter(call.request));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kLongPage));
  FLAGSTREAM_ASSIGN(const auto list, list_rows(filter, page));
  if (AsksForSystemEvents(call.request)) return PagedReply(call, {1, page.size}, 0, {});
  return PagedReply(call, page, list, AuditJson);
}

Result<Reply> List(const Call& call) {
  return ReplyWith(call, [&](const auto& filter, const auto& page) {
    return call.use_cases.audit.List(call.caller, filter, page);
  });
}

Result<Reply> ListOfOrganisation(const Call& call) {
  return ReplyWith(call, [&](const auto& filter, const auto& page) {
    return call.use_cases.audit.ListOfOrganisation(
        call.caller, call.Id<OrganisationId>("organisation"), filter, page);
  });
}

Result<Reply> ListOfProject(const Call& call) {
  return ReplyWith(call, [&](const auto& filter, const auto& page) {
    return call.use_cases.audit.ListOfProject(call.caller, call.Id<ProjectId>("project"), filter,
                                              page);
  });
}

int64_t IdOf(const Call& call) { return call.request.PathInteger("id"); }

Result<Reply> ItemReply(const Result<AuditView>& view) {
  FLAGSTREAM_TRY(view);
  FLAGSTREAM_ASSIGN(const wire::Json json, AuditDetailsJson(*view));
  return JsonReply(json);
}

Result<Reply> Get(const Call& call) {
  return ItemReply(call.use_cases.audit.Get(call.caller, IdOf(call)));
}

Result<Reply> GetOfOrganisation(const Call& call) {
  return ItemReply(call.use_cases.audit.GetOfOrganisation(
      call.caller, call.Id<OrganisationId>("organisation"), IdOf(call)));
}

Result<Reply> GetOfProject(const Call& call) {
  return ItemReply(
      call.use_cases.audit.GetOfProject(call.caller, call.Id<ProjectId>("project"), IdOf(call)));
}

}  // namespace

void AddAuditRoutes(Endpoints& endpoints) {
  endpoints.Get("audit/", List);
  endpoints.Get("audit/{id:int}/", Get);
  endpoints.Get("organisations/{organisation:int}/audit/", ListOfOrganisation);
  endpoints.Get("organisations/{organisation:int}/audit/{id:int}/", GetOfOrganisation);
  endpoints.Get("projects/{project:int}/audit/", ListOfProject);
  endpoints.Get("projects/{project:int}/audit/{id:int}/", GetOfProject);
}

}  // namespace flagstream::api
