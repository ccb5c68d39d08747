// SPDX-License-Identifier: Apache-2.0
#include "service/accounts.h"

#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "service/access.h"

namespace flagstream::api {
namespace {

constexpr size_t kNameLengthMax = 150;
constexpr size_t kEmailLengthMax = 254;
constexpr size_t kPasswordLengthMax = 1'024;

constexpr wire::TextRule kName{.may_be_blank = true, .characters_max = kNameLengthMax};
constexpr wire::TextRule kEmail{.characters_max = kEmailLengthMax};

wire::Json ProfileJson(const store::User& user) {
  wire::Json json;
  json.Set("first_name", user.first_name);
  json.Set("last_name", user.last_name);
  json.Set("sign_up_type", wire::Json::From(user.sign_up_type));
  json.Set("id", user.id);
  json.Set("email", user.email);
  json.Set("auth_type", "EMAIL");
  json.Set("is_superuser", user.is_superuser);
  json.Set("date_joined", TimeJson(user.date_joined));
  json.Set("uuid", user.uuid);
  json.Set("pylon_email_signature", wire::Json());
  json.Set("onboarding", wire::Json());
  return json;
}

wire::Json SignedUpJson(const service::SignedUp& signed_up) {
  const store::User& user = signed_up.user;
  wire::Json json;
  json.Set("first_name", user.first_name);
  json.Set("last_name", user.last_name);
  json.Set("sign_up_type", wire::Json::From(user.sign_up_type));
  json.Set("email", user.email);
  json.Set("id", user.id);
  json.Set("is_active", user.is_active);
  json.Set("marketing_consent_given", user.marketing_consent_given);
  json.Set("uuid", user.uuid);
  json.Set("key", signed_up.token);
  return json;
}

// A password is taken as it is, blanks included.
std::string ReadPassword(BodyReader& body, std::string_view name) {
  const wire::Json* value = body.Find(name);
  if (value == nullptr || value->AsString() == nullptr) {
    // Says what is wrong.
    return body.Text(name, {.characters_max = kPasswordLengthMax}, Presence::kRequired)
        .value_or("");
  }
  const std::string problem =
      wire::TextProblem(*value->AsString(), {.characters_max = kPasswordLengthMax});
  if (!problem.empty()) body.AddError(name, problem);
  return *value->AsString();
}

service::Given<std::optional<std::string>> ReadSignUpType(BodyReader& body) {
  auto type = body.NullableText("sign_up_type", {});
  if (type && *type && **type != "NO_INVITE" && **type != "INVITE_EMAIL" &&
      **type != "INVITE_LINK") {
    body.AddError("sign_up_type", "\"" + **type + "\" is not a valid choice.");
  }
  return type;
}

Result<Reply> SignUp(const Call& call) {
  BodyReader body(call.body);
  service::SignUpInput input;
  input.email = body.Text("email", kEmail, Presence::kRequired).value_or("");
  input.password = ReadPassword(body, "password");
  input.first_name = body.Text("first_name", kName, Presence::kRequired).value_or("");
  input.last_name = body.Text("last_name", kName, Presence::kRequired).value_or("");
  input.sign_up_type = ReadSignUpType(body).value_or(std::nullopt);
  input.marketing_consent_given = body.Boolean("marketing_consent_given").value_or(false);
  input.superuser = body.Boolean("superuser").value_or(false);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(const service::SignedUp signed_up, call.use_cases.accounts.SignUp(input));
  return JsonReply(SignedUpJson(signed_up), 201);
}

Result<Reply> LogIn(const Call& call) {
  BodyReader body(call.body);
  const std::string email = body.Text("email", kEmail, Presence::kRequired).value_or("");
  const std::string password = ReadPassword(body, "password");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(std::string token, call.use_cases.accounts.LogIn(email, password));
  return JsonReply(wire::Json().Set("key", std::move(token)));
}

Result<Reply> LogOut(const Call& call) {
  FLAGSTREAM_TRY(call.use_cases.accounts.LogOut(call.token));
  return NoContent();
}

Result<Reply> GetMe(const Call& call) {
  FLAGSTREAM_ASSIGN(const store::User user, call.use_cases.accounts.Me(call.caller));
  return JsonReply(ProfileJson(user));
}

// Nobody sees other users here: the list has the caller alone.
Result<Reply> ListUsers(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  if (page.number > 1) return Error::NotFound("Invalid page.");
  FLAGSTREAM_ASSIGN(const store::User user, call.use_cases.accounts.Me(call.caller));
  return PagedReply(call, page, 1, wire::Json::Array{ProfileJson(user)});
}

Result<Reply> UpdateMe(const Call& call) {
  BodyReader body(call.body);
  service::ProfileInput input;
  input.first_name = body.Text("first_name", kName);
  input.last_name = body.Text("last_name", kName);
  input.sign_up_type = ReadSignUpType(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(const store::User user, call.use_cases.accounts.UpdateMe(call.caller, input));
  return JsonReply(ProfileJson(user));
}

Result<Reply> SetPassword(const Call& call) {
  BodyReader body(call.body);
  service::PasswordChange input;
  input.current_password = ReadPassword(body, "current_password");
  input.new_password = ReadPassword(body, "new_password");
  if (body.Find("re_new_password") != nullptr &&
      ReadPassword(body, "re_new_password") != input.new_password) {
    body.AddError("", "The two password fields didn't match.");
  }
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_TRY(call.use_cases.accounts.ChangePassword(call.caller, input, call.token));
  return NoContent();
}

Result<Reply> DeleteMe(const Call& call) {
  BodyReader body(call.body);
  service::AccountDeletion input;
  input.current_password = ReadPassword(body, "current_password");
  input.delete_orphan_organisations = body.Boolean("delete_orphan_organisations").value_or(false);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.accounts.DeleteMe(call.caller, input));
  return NoContent(std::move(written.changes));
}

// A master key is nobody: it has no account.
Action ForUsers(Result<Reply> (*action)(const Call&)) {
  return [action](const Call& call) -> Result<Reply> {
    FLAGSTREAM_TRY(service::RequireUser(call.caller));
    return action(call);
  };
}

}  // namespace

void AddAccountRoutes(Endpoints& endpoints) {
  endpoints.PostOpen("auth/users/", SignUp);
  endpoints.Get("auth/users/", ForUsers(ListUsers));
  endpoints.PostOpen("auth/login/", LogIn);
  endpoints.Post("auth/logout/", ForUsers(LogOut));
  endpoints.Delete("auth/token/", ForUsers(LogOut));
  endpoints.Get("auth/users/me/", ForUsers(GetMe));
  endpoints.Update("auth/users/me/", ForUsers(UpdateMe));
  endpoints.AddWithPassword(net::Method::kDelete, "auth/users/me/", ForUsers(DeleteMe));
  endpoints.AddWithPassword(net::Method::kPost, "auth/users/set_password/", ForUsers(SetPassword));
}

}  // namespace flagstream::api
