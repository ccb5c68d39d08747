// SPDX-License-Identifier: Apache-2.0
#include "service/first_start.h"

#include <utility>
#include <vector>

#include "auth/keys.h"
#include "auth/password.h"
#include "auth/password_rules.h"
#include "auth/permissions.h"
#include "base/random.h"
#include "service/accounts.h"
#include "service/demo_data.h"
#include "service/tokens.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Membership;
using store::Organisation;
using store::Select;
using store::User;

struct Credentials {
  std::string email;
  std::string password_hash;
  std::string token;
};

Result<bool> IsEmpty(store::Reader& reader) {
  FLAGSTREAM_ASSIGN(const int64_t users, store::Count(reader, Select<User>()));
  return users == 0;
}

Result<void> Validate(const FirstStartOptions& options) {
  if (options.email && !IsEmail(*options.email)) {
    return Error(ErrorCode::kInvalidArgument, "the administrator's e-mail address is not one");
  }
  if (options.password && options.password->size() < auth::kPasswordLengthMin) {
    return Error(ErrorCode::kInvalidArgument, "the administrator's password is too short");
  }
  if (options.token && !auth::IsWellFormedToken(*options.token)) {
    return Error(ErrorCode::kInvalidArgument,
                 "the administrator's token must be 40 hexadecimal digits");
  }
  return {};
}

// Fills in what was not given, and says so in `report`.
Result<Credentials> MakeCredentials(const FirstStartOptions& options, FirstStartReport& report) {
  FLAGSTREAM_TRY(Validate(options));
  report.email = NormaliseEmail(options.email.value_or("admin@example.com"));
  if (!options.password) report.generated_password = auth::NewPassword();
  if (!options.token) report.generated_token = auth::NewToken();
  FLAGSTREAM_ASSIGN(
      std::string hash,
      auth::HashPassword(options.password ? *options.password : *report.generated_password));
  return Credentials{report.email, std::move(hash),
                     options.token ? *options.token : *report.generated_token};
}

Result<User> AddAdmin(Writing& writing, const Credentials& credentials) {
  User user;
  user.uuid = NewUuid();
  user.email = credentials.email;
  user.password_hash = credentials.password_hash;
  user.is_superuser = true;
  user.date_joined = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), user));
  FLAGSTREAM_TRY(ReplaceTokens(writing.tx(), user.id, credentials.token, writing.now()));
  return user;
}

Result<void> MakeAdministrator(Writing& writing, const User& admin,
                               const Organisation& organisation) {
  Membership membership;
  membership.user_id = admin.id;
  membership.organisation_id = organisation.id;
  membership.role = auth::RoleName(auth::OrganisationRole::kAdmin);
  membership.date_joined = writing.now();
  return store::Insert(writing.tx(), membership);
}

Result<void> AddOrganisation(Writing& writing, const User& admin) {
  Organisation organisation;
  organisation.uuid = NewUuid();
  organisation.name = "Default";
  organisation.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), organisation));
  FLAGSTREAM_TRY(MakeAdministrator(writing, admin, organisation));
  return writing.Audit({.log = "New Organisation created: " + organisation.name,
                        .object_type = "ORGANISATION",
                        .object_id = organisation.id,
                        .object_uuid = organisation.uuid,
                        .type = ChangeType::kCreate,
                        .organisation = organisation.id,
                        .changes = {}});
}

// Those that were imported before there was anybody, or else a first one.
Result<void> GiveOrganisations(Writing& writing, const User& admin) {
  FLAGSTREAM_ASSIGN(const std::vector<Organisation> imported,
                    store::Find(writing.tx(), Select<Organisation>()));
  for (const Organisation& organisation : imported) {
    FLAGSTREAM_TRY(MakeAdministrator(writing, admin, organisation));
  }
  if (imported.empty()) return AddOrganisation(writing, admin);
  return {};
}

// Returns whether there was something to add.
Result<bool> AddDemo(Writing& writing) {
  FLAGSTREAM_ASSIGN(const bool has_demo, HasDemoData(writing.tx()));
  if (has_demo) return false;
  FLAGSTREAM_ASSIGN(
      const std::optional<Organisation> oldest,
      store::FindOne(writing.tx(), Select<Organisation>().OrderBy(&Organisation::id)));
  if (!oldest)
    return Error(ErrorCode::kConflict,
                 "there is no organisation that the demo project could belong to");
  FLAGSTREAM_TRY(AddDemoData(writing, oldest->id));
  return true;
}

}  // namespace

Result<FirstStartReport> PrepareStore(const Context& context, const FirstStartOptions& options) {
  FLAGSTREAM_ASSIGN(const bool is_empty, Read<bool>(context, IsEmpty));
  FirstStartReport report;
  std::optional<Credentials> credentials;
  if (is_empty) {
    FLAGSTREAM_ASSIGN(credentials, MakeCredentials(options, report));
    report.created_admin = true;
  }
  const auto written = Write<bool>(context, nullptr, [&](Writing& writing) -> Result<bool> {
    if (credentials) {
      FLAGSTREAM_ASSIGN(const User admin, AddAdmin(writing, *credentials));
      FLAGSTREAM_TRY(GiveOrganisations(writing, admin));
    }
    if (!options.demo) return false;
    return AddDemo(writing);
  });
  if (!written) return written.error();
  report.created_demo = written->value;
  return report;
}

}  // namespace flagstream::service
