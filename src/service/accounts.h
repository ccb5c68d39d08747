// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "service/context.h"
#include "service/written.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

struct SignUpInput {
  std::string email;
  std::string password;
  std::string first_name;
  std::string last_name;
  std::optional<std::string> sign_up_type;
  bool marketing_consent_given = false;
  bool superuser = false;  // honoured only for the first user of all
};

struct SignedUp {
  store::User user;
  std::string token;
};

struct ProfileInput {
  Given<std::string> first_name;
  Given<std::string> last_name;
  Given<std::optional<std::string>> sign_up_type;
};

struct PasswordChange {
  std::string current_password;
  std::string new_password;
};

struct AccountDeletion {
  std::string current_password;
  bool delete_orphan_organisations = false;  // those with no other member
};

struct AccountOptions {
  // Whether strangers may sign up. The very first user always may: somebody has to.
  bool allow_registration = false;
};

// Users, their passwords and their tokens. Blocking: on the worker pool; what hashes a password
// takes tens of milliseconds and kPasswordHashBytes, so it belongs on a pool of its own whose
// threads bound how many run at once.
class Accounts {
 public:
  Accounts(const Context& context, AccountOptions options) : context_(context), options_(options) {}

  // kPermissionDenied when registration is closed. Hashes.
  Result<SignedUp> SignUp(const SignUpInput& input);
  // A new token. An unknown e-mail takes as long and gets the same answer as a wrong password.
  // Hashes.
  Result<std::string> LogIn(const std::string& email, const std::string& password);
  // The token is refused everywhere from then on.
  Result<void> LogOut(std::string_view token);

  Result<store::User> Me(const auth::Principal& caller);
  Result<store::User> UpdateMe(const auth::Principal& caller, const ProfileInput& input);
  // Ends all log-ins of the user but the one with `kept_token`. Hashes.
  Result<void> ChangePassword(const auth::Principal& caller, const PasswordChange& input,
                              std::string_view kept_token);
  // Hashes.
  Result<Written<Done>> DeleteMe(const auth::Principal& caller, const AccountDeletion& input);

  // For the operator, by command line: no password is asked for. kNotFound if nobody has the
  // e-mail. Ends all log-ins of the user. Hashes.
  Result<void> SetPasswordOf(const std::string& email, const std::string& password);
  Result<std::string> NewTokenOf(const std::string& email);

 private:
  Result<void> CheckRegistration();
  Result<std::optional<store::User>> FindByEmail(const std::string& email);
  Result<store::User> RequireByEmail(const std::string& email);
  // kInvalidArgument unless it is the caller's password. Hashes.
  Result<store::User> CheckPassword(const auth::Principal& caller, const std::string& password);
  Result<void> StorePassword(int64_t user, const std::string& hash, std::string_view kept_token);

  const Context& context_;
  const AccountOptions options_;
};

// The form in which e-mail addresses are stored and compared.
std::string NormaliseEmail(std::string_view email);
// Whether it looks like an address: one @, something before it, a dot in what follows, no blanks,
// at most 254 characters.
bool IsEmail(std::string_view email);

}  // namespace flagstream::service
