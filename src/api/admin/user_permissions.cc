// SPDX-License-Identifier: Apache-2.0
#include "service/user_permissions.h"

#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/people_json.h"
#include "api/admin/routes.h"
#include "auth/permission_keys.h"

namespace flagstream::api {
namespace {

using service::RightsPlace;
using service::UserPermissionView;

wire::Json KeysJson(const std::vector<std::string>& keys) {
  return wire::Json::Array(keys.begin(), keys.end());
}

wire::Json RowJson(const UserPermissionView& view, wire::Json user) {
  wire::Json json;
  json.Set("id", view.row.id);
  json.Set("permissions", KeysJson(view.Permissions()));
  json.Set("admin", view.row.admin);
  json.Set("user", std::move(user));
  return json;
}

// Who is asked about, in full; a write answers with the id, as it was given.
wire::Json ReadJson(const UserPermissionView& view) { return RowJson(view, PersonJson(view.user)); }
wire::Json WriteJson(const UserPermissionView& view) { return RowJson(view, view.user.id); }

service::Given<std::vector<std::string>> ReadPermissions(BodyReader& body) {
  const wire::Json* value = body.Find("permissions");
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> keys;
  const wire::Json::Array* elements = value->AsArray();
  if (elements == nullptr) {
    body.AddError("permissions", "Expected a list of items.");
    return std::nullopt;
  }
  for (const wire::Json& element : *elements) {
    if (element.AsString() != nullptr) {
      keys.push_back(*element.AsString());
    } else {
      body.AddError("permissions",
                    "Invalid pk \"" + element.Dump() + "\" - object does not exist.");
    }
  }
  return keys;
}

Result<service::UserPermissionInput> ReadInput(const Call& call, Presence user) {
  BodyReader body(call.body);
  service::UserPermissionInput input;
  if (user == Presence::kRequired) input.user = body.Key("user", user);
  input.admin = body.Boolean("admin");
  input.permissions = ReadPermissions(body);
  FLAGSTREAM_TRY(body.Check());
  return input;
}

int64_t IdOf(const Call& call) { return call.request.PathInteger("id"); }

// One of the three kinds of places: `place_of` reads it from the path.
using PlaceOf = RightsPlace (*)(const Call&);

RightsPlace OrganisationOf(const Call& call) { return call.Id<OrganisationId>("organisation"); }
RightsPlace ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
RightsPlace EnvironmentOf(const Call& call) { return call.Text("key"); }

void AddPlace(Endpoints& endpoints, const std::string& path, PlaceOf place_of) {
  endpoints.Get(path + "my-permissions/", [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(const service::OwnRights rights,
                      call.use_cases.user_permissions.Mine(call.caller, place_of(call)));
    wire::Json json;
    json.Set("permissions", KeysJson(rights.permissions));
    json.Set("admin", rights.admin);
    json.Set("tag_based_permissions", wire::Json::Array());
    return JsonReply(json);
  });
  const std::string list = path + "user-permissions/";
  endpoints.Get(list, [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(const auto views,
                      call.use_cases.user_permissions.List(call.caller, place_of(call)));
    return ListReply(views, ReadJson);
  });
  endpoints.Post(list, [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kRequired));
    FLAGSTREAM_ASSIGN(auto written,
                      call.use_cases.user_permissions.Create(call.caller, place_of(call), input));
    return JsonReply(WriteJson(written.value), std::move(written.changes), 201);
  });
  const std::string item = list + "{id:int}/";
  endpoints.Get(item, [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(const auto view,
                      call.use_cases.user_permissions.Get(call.caller, place_of(call), IdOf(call)));
    return JsonReply(ReadJson(view));
  });
  endpoints.Update(item, [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kOptional));
    FLAGSTREAM_ASSIGN(auto written, call.use_cases.user_permissions.Update(
                                        call.caller, place_of(call), IdOf(call), input));
    return JsonReply(WriteJson(written.value), std::move(written.changes));
  });
  endpoints.Delete(item, [place_of](const Call& call) -> Result<Reply> {
    FLAGSTREAM_ASSIGN(auto written, call.use_cases.user_permissions.Delete(
                                        call.caller, place_of(call), IdOf(call)));
    return NoContent(std::move(written.changes));
  });
}

// Which keys there are.
template <class Permission>
Result<Reply> ListKeys(const Call& /*call*/) {
  wire::Json::Array keys;
  for (const auto& one : auth::PermissionKeysOf<Permission>()) {
    wire::Json json;
    json.Set("key", one.key);
    json.Set("description", one.description);
    json.Set("supports_tag", one.supports_tag);
    keys.push_back(std::move(json));
  }
  return JsonReply(wire::Json(std::move(keys)));
}

}  // namespace

void AddUserPermissionRoutes(Endpoints& endpoints) {
  endpoints.Get("organisations/permissions/", ListKeys<auth::OrganisationPermission>);
  endpoints.Get("projects/permissions/", ListKeys<auth::ProjectPermission>);
  endpoints.Get("environments/permissions/", ListKeys<auth::EnvironmentPermission>);
  AddPlace(endpoints, "organisations/{organisation:int}/", OrganisationOf);
  AddPlace(endpoints, "projects/{project:int}/", ProjectOf);
  AddPlace(endpoints, "environments/{key}/", EnvironmentOf);
}

}  // namespace flagstream::api
