// SPDX-License-Identifier: Apache-2.0
#include "service/organisation_members.h"

#include <optional>
#include <string>
#include <utility>

#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::OrganisationRole;
using store::Membership;
using store::Select;
using store::UserPermission;

// Holds the organisation: two administrators who demote each other at once must not both succeed.
Result<void> OpenHeld(Writing& writing, const auth::Principal& caller, OrganisationId id) {
  FLAGSTREAM_TRY(OpenOrganisation(writing.tx(), caller, id, auth::OrganisationPermission::kManage));
  FLAGSTREAM_TRY(writing.Hold<store::Organisation>(id.value));
  return {};
}

Result<std::optional<Membership>> FindMembership(store::Reader& reader, OrganisationId organisation,
                                                 int64_t user) {
  return store::FindOne(reader, Select<Membership>()
                                    .Where(&Membership::organisation_id, organisation.value)
                                    .Where(&Membership::user_id, user));
}

// After the change, whose transaction an error undoes.
Result<void> RequireAdministrator(store::Reader& reader, OrganisationId organisation) {
  const std::string admin(auth::RoleName(OrganisationRole::kAdmin));
  FLAGSTREAM_ASSIGN(
      const int64_t admins,
      store::Count(reader, Select<Membership>()
                               .Where(&Membership::organisation_id, organisation.value)
                               .Where(&Membership::role, admin)));
  if (admins > 0) return {};
  return Error(ErrorCode::kInvalidArgument,
               "An organisation must keep at least one administrator.");
}

Result<bool> IsGivenIn(store::Reader& reader, const UserPermission& row, int64_t organisation) {
  if (row.organisation_id) return *row.organisation_id == organisation;
  std::optional<int64_t> project_id = row.project_id;
  if (row.environment_id) {
    FLAGSTREAM_ASSIGN(const std::optional<store::Environment> environment,
                      store::Get<store::Environment>(reader, *row.environment_id));
    if (environment) project_id = environment->project_id;
  }
  if (!project_id) return false;
  FLAGSTREAM_ASSIGN(const std::optional<store::Project> project,
                    store::Get<store::Project>(reader, *project_id));
  return project && project->organisation_id == organisation;
}

Result<void> TakeRights(store::Transaction& tx, OrganisationId organisation, int64_t user) {
  FLAGSTREAM_ASSIGN(
      const std::vector<UserPermission> rows,
      store::Find(tx, Select<UserPermission>().Where(&UserPermission::user_id, user)));
  for (const UserPermission& row : rows) {
    FLAGSTREAM_ASSIGN(const bool is_given_here, IsGivenIn(tx, row, organisation.value));
    if (!is_given_here) continue;
    FLAGSTREAM_TRY(store::Delete(tx, Select<UserPermission>().Where(&UserPermission::id, row.id)));
  }
  return {};
}

AuditEntry Entry(const Membership& membership, std::string log, ChangeType type,
                 ChangeList changes) {
  return {.log = std::move(log),
          .object_type = "ORGANISATION_MEMBER",
          .object_id = membership.user_id,
          .object_uuid = {},
          .type = type,
          .organisation = membership.organisation_id,
          .changes = std::move(changes)};
}

Result<void> RemoveOne(Writing& writing, const Membership& membership) {
  FLAGSTREAM_ASSIGN(const std::optional<store::User> user,
                    store::Get<store::User>(writing.tx(), membership.user_id));
  FLAGSTREAM_TRY(TakeRights(writing.tx(), {membership.organisation_id}, membership.user_id));
  FLAGSTREAM_TRY(
      store::Delete(writing.tx(), Select<Membership>().Where(&Membership::id, membership.id)));
  return writing.Audit(Entry(membership, "Member removed: " + (user ? user->email : std::string()),
                             ChangeType::kDelete, {}));
}

}  // namespace

Result<Written<Member>> OrganisationMembers::SetRole(const auth::Principal& caller,
                                                     OrganisationId organisation, int64_t user,
                                                     OrganisationRole role) {
  return Write<Member>(context_, &caller, [&](Writing& writing) -> Result<Member> {
    FLAGSTREAM_TRY(OpenHeld(writing, caller, organisation));
    FLAGSTREAM_ASSIGN(std::optional<Membership> membership,
                      FindMembership(writing.tx(), organisation, user));
    if (!membership) return NoMatch("User");
    FLAGSTREAM_ASSIGN(std::optional<store::User> found,
                      store::Get<store::User>(writing.tx(), user));
    if (!found) return NoMatch("User");
    ChangeList changes;
    changes.Set("role", membership->role, Given<std::string>(auth::RoleName(role)));
    if (!changes.empty()) {
      FLAGSTREAM_TRY(store::Update(writing.tx(), *membership));
      FLAGSTREAM_TRY(RequireAdministrator(writing.tx(), organisation));
      FLAGSTREAM_TRY(writing.Audit(Entry(*membership, "Role changed: " + found->email,
                                         ChangeType::kUpdate, std::move(changes))));
    }
    return Member{*std::move(found), membership->role};
  });
}

Result<Written<Done>> OrganisationMembers::Remove(const auth::Principal& caller,
                                                  OrganisationId organisation,
                                                  const std::vector<int64_t>& users) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(OpenHeld(writing, caller, organisation));
    for (const int64_t user : users) {
      FLAGSTREAM_ASSIGN(const std::optional<Membership> membership,
                        FindMembership(writing.tx(), organisation, user));
      if (membership) FLAGSTREAM_TRY(RemoveOne(writing, *membership));
    }
    FLAGSTREAM_TRY(RequireAdministrator(writing.tx(), organisation));
    return Done{};
  });
}

}  // namespace flagstream::service
