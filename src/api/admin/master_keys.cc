// SPDX-License-Identifier: Apache-2.0
#include "service/master_keys.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "base/hash.h"

namespace flagstream::api {
namespace {

constexpr size_t kNameLengthMax = 50;

// The reference's id is the prefix and its hash of the key. Ours tells nothing of the stored hash
// either.
std::string IdText(const store::MasterApiKey& row) {
  return row.prefix + "." + Sha256Hex(row.key_hash);
}

wire::Json KeyJson(const service::MasterKeyView& view) {
  const store::MasterApiKey& row = view.row;
  wire::Json json;
  json.Set("id", IdText(row));
  json.Set("prefix", row.prefix);
  json.Set("created", TimeJson(row.created));
  json.Set("name", row.name);
  json.Set("revoked", row.revoked);
  json.Set("expiry_date", TimeJson(row.expiry_date));
  json.Set("is_admin", true);
  json.Set("has_expired", view.has_expired);
  json.Set("created_by", wire::Json::From(row.created_by_id));
  return json;
}

Result<service::MasterKeyInput> ReadInput(const Call& call, Presence name) {
  BodyReader body(call.body);
  service::MasterKeyInput input;
  input.name = body.Text("name", {.characters_max = kNameLengthMax}, name);
  input.revoked = body.Boolean("revoked");
  input.is_admin = body.Boolean("is_admin");
  input.expiry_date = body.NullableTime("expiry_date");
  FLAGSTREAM_TRY(body.Check());
  return input;
}

OrganisationId OrganisationOf(const Call& call) { return call.Id<OrganisationId>("organisation"); }

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.master_keys.List(call.caller, OrganisationOf(call), page));
  return PagedReply(call, page, list, KeyJson);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view, call.use_cases.master_keys.Get(
                                         call.caller, OrganisationOf(call), call.Text("prefix")));
  return JsonReply(KeyJson(view));
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kRequired));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.master_keys.Create(call.caller, OrganisationOf(call), input));
  wire::Json json = KeyJson(written.value.view);
  json.Set("key", written.value.key);
  return JsonReply(json, std::move(written.changes), 201);
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto input, ReadInput(call, Presence::kOptional));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.master_keys.Update(call.caller, OrganisationOf(call),
                                                      call.Text("prefix"), input));
  return JsonReply(KeyJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.master_keys.Delete(
                                      call.caller, OrganisationOf(call), call.Text("prefix")));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddMasterKeyRoutes(Endpoints& endpoints) {
  const std::string list = "organisations/{organisation:int}/master-api-keys/";
  endpoints.Get(list, List);
  endpoints.Post(list, Create);
  endpoints.Get(list + "{prefix}/", Get);
  endpoints.Update(list + "{prefix}/", Update);
  endpoints.Delete(list + "{prefix}/", Delete);
}

}  // namespace flagstream::api
