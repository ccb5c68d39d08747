// SPDX-License-Identifier: Apache-2.0
#include "service/environment_keys.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"

namespace flagstream::api {
namespace {

constexpr size_t kNameLengthMax = 100;

wire::Json KeyJson(const store::EnvironmentApiKey& key) {
  wire::Json json;
  json.Set("id", key.id);
  json.Set("key", key.key);
  json.Set("active", key.active);
  json.Set("created_at", TimeJson(key.created_at));
  json.Set("name", key.name);
  json.Set("expires_at", TimeJson(key.expires_at));
  return json;
}

Result<service::EnvironmentKeyInput> ReadInput(const Call& call, Presence name) {
  BodyReader body(call.body);
  service::EnvironmentKeyInput input;
  input.name = body.Text("name", {.characters_max = kNameLengthMax}, name);
  input.active = body.Boolean("active");
  input.expires_at = body.NullableTime("expires_at");
  FLAGSTREAM_TRY(body.Check());
  return input;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto keys,
                    call.use_cases.environment_keys.List(call.caller, call.Text("key")));
  return ListReply(keys, KeyJson);
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kRequired));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environment_keys.Create(call.caller, call.Text("key"), input));
  return JsonReply(KeyJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kOptional));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environment_keys.Update(call.caller, call.Text("key"),
                                                           call.request.PathInteger("id"), input));
  return JsonReply(KeyJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.environment_keys.Delete(call.caller, call.Text("key"),
                                                           call.request.PathInteger("id")));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddEnvironmentKeyRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/{key}/api-keys/", List);
  endpoints.Post("environments/{key}/api-keys/", Create);
  endpoints.Update("environments/{key}/api-keys/{id:int}/", Update);
  endpoints.Delete("environments/{key}/api-keys/{id:int}/", Delete);
}

}  // namespace flagstream::api
