// SPDX-License-Identifier: Apache-2.0
#include "service/organisations.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/people_json.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "auth/permissions.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

using service::OrganisationView;

// Most members that one request removes.
constexpr size_t kRemovedMax = 1'000;

// Clients show and hide parts by the plan: ours has everything, and nothing is limited.
wire::Json SubscriptionJson(const store::Organisation& organisation) {
  wire::Json json;
  json.Set("id", organisation.id);
  json.Set("has_active_billing_periods", false);
  json.Set("deleted_at", wire::Json());
  json.Set("uuid", organisation.uuid);
  json.Set("subscription_id", wire::Json());
  json.Set("subscription_date", wire::Json());
  json.Set("plan", "enterprise");
  for (const char* unlimited : {"max_seats", "max_api_calls"}) json.Set(unlimited, wire::Json());
  for (const char* unpaid :
       {"cancellation_date", "customer_id", "billing_status", "payment_method", "notes"}) {
    json.Set(unpaid, wire::Json());
  }
  return json;
}

wire::Json OrganisationJson(const OrganisationView& view) {
  const store::Organisation& organisation = view.organisation;
  wire::Json json;
  json.Set("id", organisation.id);
  json.Set("uuid", organisation.uuid);
  json.Set("name", organisation.name);
  json.Set("created_date", TimeJson(organisation.created_date));
  json.Set("webhook_notification_email", wire::Json::From(organisation.webhook_notification_email));
  json.Set("num_seats", view.num_seats);
  json.Set("subscription", SubscriptionJson(organisation));
  json.Set("role", auth::RoleName(view.role));
  json.Set("persist_trait_data", organisation.persist_trait_data);
  json.Set("block_access_to_admin", organisation.block_access_to_admin);
  json.Set("restrict_project_create_to_admin", organisation.restrict_project_create_to_admin);
  json.Set("force_2fa", organisation.force_2fa);
  return json;
}

wire::Json MemberJson(const service::Member& member) {
  wire::Json json;
  json.Set("id", member.user.id);
  json.Set("email", member.user.email);
  json.Set("first_name", member.user.first_name);
  json.Set("last_name", member.user.last_name);
  json.Set("last_login", TimeJson(member.user.last_login));
  json.Set("uuid", member.user.uuid);
  json.Set("role", member.role);
  json.Set("date_joined", TimeJson(member.user.date_joined));
  return json;
}

Result<service::OrganisationInput> ReadInput(const Call& call, Presence name) {
  BodyReader body(call.body);
  service::OrganisationInput input;
  input.name = body.Text("name", {.characters_max = service::kNameLengthMax}, name);
  input.webhook_notification_email = body.NullableText(
      "webhook_notification_email", {.may_be_blank = true, .characters_max = 254});
  if (const auto& email = input.webhook_notification_email;
      email && *email && !service::IsEmail(**email)) {
    body.AddError("webhook_notification_email", "Enter a valid email address.");
  }
  input.restrict_project_create_to_admin = body.Boolean("restrict_project_create_to_admin");
  input.force_2fa = body.Boolean("force_2fa");
  FLAGSTREAM_TRY(body.Check());
  return input;
}

OrganisationId IdOf(const Call& call) { return call.Id<OrganisationId>("organisation"); }

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.organisations.List(call.caller, page));
  return PagedReply(call, page, list, OrganisationJson);
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::OrganisationInput input, ReadInput(call, Presence::kRequired));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.organisations.Create(call.caller, input));
  return JsonReply(OrganisationJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const OrganisationView view,
                    call.use_cases.organisations.Get(call.caller, IdOf(call)));
  return JsonReply(OrganisationJson(view));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const OrganisationView view,
                    call.use_cases.organisations.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(OrganisationJson(view));
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::OrganisationInput input, ReadInput(call, Presence::kOptional));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.organisations.Update(call.caller, IdOf(call), input));
  return JsonReply(OrganisationJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.organisations.Delete(call.caller, IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<Reply> Members(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto members,
                    call.use_cases.organisations.Members(call.caller, IdOf(call)));
  return ListReply(members, MemberJson);
}

Result<Reply> UpdateRole(const Call& call) {
  BodyReader body(call.body);
  const std::string name = body.Text("role", {}, Presence::kRequired).value_or("");
  const std::optional<auth::OrganisationRole> role = auth::ParseRole(name);
  if (!role && !name.empty()) body.AddError("role", "\"" + name + "\" is not a valid choice.");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.organisation_members.SetRole(
                        call.caller, IdOf(call), call.request.PathInteger("user"), *role));
  return JsonReply(MemberJson(written.value), std::move(written.changes));
}

// Of a body [{"id": 3}, ...].
Result<std::vector<int64_t>> ReadUsers(const wire::Json& list) {
  const wire::Json::Array* elements = list.AsArray();
  if (elements == nullptr)
    return Error::InvalidField("", "Expected a list of items but got another type.");
  if (elements->size() > kRemovedMax) return Error::InvalidField("", "The list is too long.");
  std::vector<int64_t> users;
  for (const wire::Json& element : *elements) {
    BodyReader user(element);
    users.push_back(user.Key("id", Presence::kRequired).value_or(0));
    FLAGSTREAM_TRY(user.Check());
  }
  return users;
}

Result<Reply> RemoveUsers(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> users, ReadUsers(call.body));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.organisation_members.Remove(call.caller, IdOf(call), users));
  return Reply{200, "", std::move(written.changes)};
}

Result<Reply> SubscriptionMetadata(const Call& call) {
  FLAGSTREAM_TRY(call.use_cases.organisations.Get(call.caller, IdOf(call)));
  wire::Json json;
  for (const char* unlimited :
       {"max_seats", "max_api_calls", "max_projects", "payment_source", "chargebee_email",
        "feature_history_visibility_days", "audit_log_visibility_days"}) {
    json.Set(unlimited, wire::Json());
  }
  return JsonReply(json);
}

}  // namespace

void AddOrganisationRoutes(Endpoints& endpoints) {
  endpoints.Get("organisations/", List);
  endpoints.Post("organisations/", Create);
  endpoints.Get("organisations/{organisation:int}/", Get);
  endpoints.Update("organisations/{organisation:int}/", Update);
  endpoints.Delete("organisations/{organisation:int}/", Delete);
  endpoints.Get("organisations/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Get("organisations/{organisation:int}/users/", Members);
  endpoints.Post("organisations/{organisation:int}/users/{user:int}/update-role/", UpdateRole);
  endpoints.Post("organisations/{organisation:int}/remove-users/", RemoveUsers);
  endpoints.Get("organisations/{organisation:int}/get-subscription-metadata/",
                SubscriptionMetadata);
}

}  // namespace flagstream::api
