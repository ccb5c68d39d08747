// SPDX-License-Identifier: Apache-2.0
#include "service/identities.h"

#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

constexpr wire::TextRule kIdentifier{.characters_max = service::kIdentifierLengthMax};

wire::Json IdentityJson(const store::Identity& identity) {
  wire::Json json;
  json.Set("id", identity.id);
  json.Set("identifier", identity.identifier);
  json.Set("environment", identity.environment_id);
  return json;
}

IdentityId IdOf(const Call& call) { return call.Id<IdentityId>("identity"); }

// In quotes the whole identifier, else a part of it.
service::IdentityFilter ReadFilter(const net::Request& request) {
  std::string text = request.QueryParameter("q").value_or("");
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return {text.substr(1, text.size() - 2), true};
  return {std::move(text), false};
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.identities.List(call.caller, call.Text("key"),
                                                   ReadFilter(call.request), page));
  return PagedReply(call, page, list, IdentityJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  const std::string identifier =
      body.Text("identifier", kIdentifier, Presence::kRequired).value_or("");
  FLAGSTREAM_TRY(body.Check());
  auto written = call.use_cases.identities.Create(call.caller, call.Text("key"), identifier);
  if (!written && written.error().code() == ErrorCode::kConflict) {
    // A bare sentence, where other fields have a list.
    return JsonReply(wire::Json().Set("identifier", written.error().message()), 400);
  }
  FLAGSTREAM_TRY(written);
  return JsonReply(IdentityJson(written->value), std::move(written->changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto identity,
                    call.use_cases.identities.Get(call.caller, call.Text("key"), IdOf(call)));
  return JsonReply(IdentityJson(identity));
}

// The identifier is what an identity is; nothing else of it can be written.
Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  const auto identifier = body.Text("identifier", kIdentifier);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(const auto identity,
                    call.use_cases.identities.Get(call.caller, call.Text("key"), IdOf(call)));
  if (identifier && *identifier != identity.identifier) {
    return Error::InvalidField("identifier", "The identifier of an identity cannot be changed.");
  }
  return JsonReply(IdentityJson(identity));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.identities.Delete(call.caller, call.Text("key"), IdOf(call)));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddIdentityRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/{key}/identities/", List);
  endpoints.Post("environments/{key}/identities/", Create);
  endpoints.Get("environments/{key}/identities/{identity:int}/", Get);
  endpoints.Update("environments/{key}/identities/{identity:int}/", Update);
  endpoints.Delete("environments/{key}/identities/{identity:int}/", Delete);
}

}  // namespace flagstream::api
