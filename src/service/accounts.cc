// SPDX-License-Identifier: Apache-2.0
#include "service/accounts.h"

#include <algorithm>
#include <utility>

#include "auth/keys.h"
#include "auth/password.h"
#include "auth/password_rules.h"
#include "base/random.h"
#include "service/members.h"
#include "service/organisations.h"
#include "service/tokens.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Select;
using store::Token;
using store::User;

constexpr size_t kEmailLengthMax = 254;

Error CannotLogIn() {
  return Error::InvalidField("", "Unable to log in with provided credentials.");
}

void AddPasswordProblems(std::vector<FieldError>& errors, const std::string& field,
                         std::string_view password, const auth::PasswordOwner& owner) {
  if (password.size() > auth::kPasswordBytesMax) {
    errors.push_back({field, "This password is too long."});
    return;
  }
  for (std::string& problem : auth::PasswordProblems(password, owner)) {
    errors.push_back({field, std::move(problem)});
  }
}

Result<void> ValidateSignUp(const SignUpInput& input) {
  std::vector<FieldError> errors;
  if (!IsEmail(input.email)) errors.push_back({"email", "Enter a valid email address."});
  AddPasswordProblems(errors, "password", input.password,
                      {input.email, input.first_name, input.last_name});
  if (!errors.empty()) return Error::InvalidFields(std::move(errors));
  return {};
}

User NewUser(const SignUpInput& input, std::string password_hash, int64_t now) {
  User user;
  user.uuid = NewUuid();
  user.email = NormaliseEmail(input.email);
  user.first_name = input.first_name;
  user.last_name = input.last_name;
  user.password_hash = std::move(password_hash);
  user.sign_up_type = input.sign_up_type;
  user.marketing_consent_given = input.marketing_consent_given;
  user.date_joined = now;
  return user;
}

Result<int64_t> CountUsers(store::Reader& reader) { return store::Count(reader, Select<User>()); }

Result<bool> IsTaken(store::Reader& reader, const std::string& email) {
  FLAGSTREAM_ASSIGN(const int64_t count,
                    store::Count(reader, Select<User>().Where(&User::email, email)));
  return count > 0;
}

// Organisations in which the user is the only member.
Result<std::vector<int64_t>> OrphansWithout(store::Reader& reader, int64_t user) {
  std::vector<int64_t> orphans;
  FLAGSTREAM_ASSIGN(const std::vector<store::Membership> memberships, MembershipsOf(reader, user));
  for (const store::Membership& membership : memberships) {
    FLAGSTREAM_ASSIGN(const int64_t members, CountMembers(reader, membership.organisation_id));
    if (members == 1) orphans.push_back(membership.organisation_id);
  }
  return orphans;
}

}  // namespace

std::string NormaliseEmail(std::string_view email) {
  std::string normal(email);
  std::transform(normal.begin(), normal.end(), normal.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return normal;
}

bool IsEmail(std::string_view email) {
  if (email.size() > kEmailLengthMax) return false;
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
  if (std::any_of(email.begin(), email.end(), is_odd)) return false;
  const size_t at = email.find('@');
  if (at == std::string_view::npos || at == 0 || email.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = email.substr(at + 1);
  const size_t dot = domain.rfind('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < domain.size();
}

Result<SignedUp> Accounts::SignUp(const SignUpInput& input) {
  FLAGSTREAM_TRY(CheckRegistration());
  FLAGSTREAM_TRY(ValidateSignUp(input));
  FLAGSTREAM_ASSIGN(const std::string hash, auth::HashPassword(input.password));
  SignedUp signed_up{.user = {}, .token = auth::NewToken()};
  const Result<void> stored = WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    User& user = signed_up.user;
    user = NewUser(input, hash, writing.now());
    FLAGSTREAM_ASSIGN(const bool taken, IsTaken(writing.tx(), user.email));
    if (taken) return Error::InvalidField("email", "Email already exists. Please log in.");
    FLAGSTREAM_ASSIGN(const int64_t others, CountUsers(writing.tx()));
    if (others > 0 && !options_.allow_registration) return Error::PermissionDenied();
    user.is_superuser = input.superuser && others == 0;
    FLAGSTREAM_TRY(store::Insert(writing.tx(), user));
    return StoreToken(writing.tx(), user.id, signed_up.token, writing.now(),
                      context_.limits.tokens_per_user_max);
  });
  if (!stored) return stored.error();
  return signed_up;
}

Result<std::string> Accounts::LogIn(const std::string& email, const std::string& password) {
  FLAGSTREAM_ASSIGN(const std::optional<User> user, FindByEmail(email));
  if (password.size() > auth::kPasswordBytesMax) return CannotLogIn();
  FLAGSTREAM_ASSIGN(const bool right, user ? auth::VerifyPassword(user->password_hash, password)
                                           : auth::VerifyPasswordOfNobody(password));
  if (!right || !user || !user->is_active) return CannotLogIn();

  std::string token = auth::NewToken();
  const Result<void> stored = WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    FLAGSTREAM_ASSIGN(User current, writing.Hold<User>(user->id));
    // The password was changed while we verified the old one.
    if (current.password_hash != user->password_hash) return CannotLogIn();
    current.last_login = writing.now();
    FLAGSTREAM_TRY(store::Update(writing.tx(), current));
    return StoreToken(writing.tx(), user->id, token, writing.now(),
                      context_.limits.tokens_per_user_max);
  });
  if (!stored) return stored.error();
  return token;
}

Result<void> Accounts::LogOut(std::string_view token) {
  const std::string hash = auth::HashToken(token);
  return WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Token>().Where(&Token::key_hash, hash)));
    return {};
  });
}

Result<User> Accounts::Me(const auth::Principal& caller) {
  return Read<User>(context_, [&](store::Reader& reader) -> Result<User> {
    FLAGSTREAM_ASSIGN(std::optional<User> user, store::Get<User>(reader, caller.user.value));
    if (!user) return Error::NotFound();
    return *std::move(user);
  });
}

Result<User> Accounts::UpdateMe(const auth::Principal& caller, const ProfileInput& input) {
  User user;
  const Result<void> stored = WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    FLAGSTREAM_ASSIGN(user, writing.Hold<User>(caller.user.value));
    ChangeList changes;
    changes.Set("first_name", user.first_name, input.first_name);
    changes.Set("last_name", user.last_name, input.last_name);
    changes.Set("sign_up_type", user.sign_up_type, input.sign_up_type);
    return changes.empty() ? Result<void>() : store::Update(writing.tx(), user);
  });
  if (!stored) return stored.error();
  return user;
}

Result<void> Accounts::ChangePassword(const auth::Principal& caller, const PasswordChange& input,
                                      std::string_view kept_token) {
  FLAGSTREAM_ASSIGN(const User user, CheckPassword(caller, input.current_password));
  std::vector<FieldError> errors;
  AddPasswordProblems(errors, "new_password", input.new_password,
                      {user.email, user.first_name, user.last_name});
  if (!errors.empty()) return Error::InvalidFields(std::move(errors));
  FLAGSTREAM_ASSIGN(const std::string hash, auth::HashPassword(input.new_password));
  return StorePassword(user.id, hash, kept_token);
}

Result<Written<Done>> Accounts::DeleteMe(const auth::Principal& caller,
                                         const AccountDeletion& input) {
  FLAGSTREAM_ASSIGN(const User user, CheckPassword(caller, input.current_password));
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    if (input.delete_orphan_organisations) {
      FLAGSTREAM_ASSIGN(const std::vector<int64_t> orphans, OrphansWithout(writing.tx(), user.id));
      for (const int64_t id : orphans) FLAGSTREAM_TRY(DeleteOrganisation(writing, {id}));
    }
    FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<User>().Where(&User::id, user.id)));
    return Done{};
  });
}

Result<void> Accounts::SetPasswordOf(const std::string& email, const std::string& password) {
  FLAGSTREAM_ASSIGN(const User user, RequireByEmail(email));
  std::vector<FieldError> errors;
  AddPasswordProblems(errors, "password", password, {user.email, user.first_name, user.last_name});
  if (!errors.empty()) return Error::InvalidFields(std::move(errors));
  FLAGSTREAM_ASSIGN(const std::string hash, auth::HashPassword(password));
  return StorePassword(user.id, hash, "");
}

Result<std::string> Accounts::NewTokenOf(const std::string& email) {
  FLAGSTREAM_ASSIGN(const User user, RequireByEmail(email));
  std::string token = auth::NewToken();
  const Result<void> stored = WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    return ReplaceTokens(writing.tx(), user.id, token, writing.now());
  });
  if (!stored) return stored.error();
  return token;
}

Result<void> Accounts::CheckRegistration() {
  if (options_.allow_registration) return {};
  FLAGSTREAM_ASSIGN(const int64_t users, Read<int64_t>(context_, CountUsers));
  if (users > 0) return Error::PermissionDenied();
  return {};
}

Result<std::optional<User>> Accounts::FindByEmail(const std::string& email) {
  return Read<std::optional<User>>(context_, [&](store::Reader& reader) {
    return store::FindOne(reader, Select<User>().Where(&User::email, NormaliseEmail(email)));
  });
}

Result<User> Accounts::RequireByEmail(const std::string& email) {
  FLAGSTREAM_ASSIGN(std::optional<User> user, FindByEmail(email));
  if (!user) return Error::NotFound("There is no user with this e-mail address.");
  return *std::move(user);
}

Result<User> Accounts::CheckPassword(const auth::Principal& caller, const std::string& password) {
  FLAGSTREAM_ASSIGN(User user, Me(caller));
  const Error wrong = Error::InvalidField("current_password", "Invalid password.");
  if (password.size() > auth::kPasswordBytesMax) return wrong;
  FLAGSTREAM_ASSIGN(const bool right, auth::VerifyPassword(user.password_hash, password));
  if (!right) return wrong;
  return user;
}

Result<void> Accounts::StorePassword(int64_t user, const std::string& hash,
                                     std::string_view kept_token) {
  const std::string kept_hash = auth::HashToken(kept_token);
  return WriteUnserved(context_, [&](Writing& writing) -> Result<void> {
    FLAGSTREAM_ASSIGN(User current, writing.Hold<User>(user));
    current.password_hash = hash;
    FLAGSTREAM_TRY(store::Update(writing.tx(), current));
    FLAGSTREAM_ASSIGN(const std::vector<Token> tokens,
                      store::Find(writing.tx(), Select<Token>().Where(&Token::user_id, user)));
    for (const Token& token : tokens) {
      if (token.key_hash == kept_hash) continue;
      FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Token>().Where(&Token::id, token.id)));
    }
    return {};
  });
}

}  // namespace flagstream::service
