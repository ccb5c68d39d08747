// SPDX-License-Identifier: Apache-2.0
#include "service/organisations.h"

#include <utility>

#include "base/random.h"
#include "service/access.h"
#include "service/projects.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::OrganisationPermission;
using store::Membership;
using store::Organisation;
using store::Select;

Result<OrganisationView> View(store::Reader& reader, OrganisationAccess access) {
  FLAGSTREAM_ASSIGN(const int64_t seats, CountMembers(reader, access.organisation.id));
  return OrganisationView{std::move(access.organisation), seats, access.grants.role()};
}

Result<OrganisationView> OpenView(store::Reader& reader, const auth::Principal& caller,
                                  OrganisationId id) {
  FLAGSTREAM_ASSIGN(OrganisationAccess access,
                    OpenOrganisation(reader, caller, id, OrganisationPermission::kView));
  return View(reader, std::move(access));
}

ChangeList Apply(Organisation& organisation, const OrganisationInput& input) {
  ChangeList changes;
  changes.Set("name", organisation.name, input.name);
  changes.Set("webhook_notification_email", organisation.webhook_notification_email,
              input.webhook_notification_email);
  changes.Set("restrict_project_create_to_admin", organisation.restrict_project_create_to_admin,
              input.restrict_project_create_to_admin);
  changes.Set("force_2fa", organisation.force_2fa, input.force_2fa);
  return changes;
}

// What we could only accept and then ignore is refused.
Result<void> CheckSupported(const OrganisationInput& input) {
  if (!input.force_2fa.value_or(false)) return {};
  return Error::InvalidField("force_2fa", "Two-factor authentication is not supported yet.");
}

AuditEntry Entry(const Organisation& organisation, std::string log, ChangeType type,
                 ChangeList changes) {
  return {.log = std::move(log) + organisation.name,
          .object_type = "ORGANISATION",
          .object_id = organisation.id,
          .object_uuid = organisation.uuid,
          .type = type,
          .organisation = organisation.id,
          .changes = std::move(changes)};
}

Result<void> AddMember(Writing& writing, int64_t organisation, int64_t user,
                       auth::OrganisationRole role) {
  Membership membership;
  membership.user_id = user;
  membership.organisation_id = organisation;
  membership.role = auth::RoleName(role);
  membership.date_joined = writing.now();
  return store::Insert(writing.tx(), membership);
}

}  // namespace

Result<PageOf<OrganisationView>> Organisations::List(const auth::Principal& caller,
                                                     const Page& page) {
  using Views = PageOf<OrganisationView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(std::vector<OrganisationId> all, OrganisationsOf(reader, caller));
    FLAGSTREAM_ASSIGN(const PageOf<OrganisationId> some, CutPage(std::move(all), page));
    Views views{{}, some.count};
    for (const OrganisationId id : some.items) {
      FLAGSTREAM_ASSIGN(OrganisationView view, OpenView(reader, caller, id));
      views.items.push_back(std::move(view));
    }
    return views;
  });
}

Result<OrganisationView> Organisations::Get(const auth::Principal& caller, OrganisationId id) {
  return Read<OrganisationView>(
      context_, [&](store::Reader& reader) { return OpenView(reader, caller, id); });
}

Result<OrganisationView> Organisations::GetByUuid(const auth::Principal& caller,
                                                  const std::string& uuid) {
  return Read<OrganisationView>(context_, [&](store::Reader& reader) -> Result<OrganisationView> {
    FLAGSTREAM_ASSIGN(
        const std::optional<Organisation> organisation,
        store::FindOne(reader, Select<Organisation>().Where(&Organisation::uuid, uuid)));
    return OpenView(reader, caller, {organisation ? organisation->id : 0});
  });
}

Result<std::vector<Member>> Organisations::Members(const auth::Principal& caller,
                                                   OrganisationId id) {
  return Read<std::vector<Member>>(
      context_, [&](store::Reader& reader) -> Result<std::vector<Member>> {
        FLAGSTREAM_TRY(OpenOrganisation(reader, caller, id, OrganisationPermission::kView));
        return LoadMembers(reader, id.value);
      });
}

Result<Written<OrganisationView>> Organisations::Create(const auth::Principal& caller,
                                                        const OrganisationInput& input) {
  FLAGSTREAM_TRY(CheckSupported(input));
  return Write<OrganisationView>(
      context_, &caller, [&](Writing& writing) -> Result<OrganisationView> {
        FLAGSTREAM_TRY(RequireUser(caller));
        FLAGSTREAM_ASSIGN(const std::vector<OrganisationId> own,
                          OrganisationsOf(writing.tx(), caller));
        if (std::ssize(own) >= context_.limits.organisations_per_user_max) {
          return writing.Refuse(
              Limit::kOrganisationsPerUser,
              Error(ErrorCode::kTooLarge,
                    "You are a member of the largest number of organisations allowed."));
        }
        Organisation organisation;
        organisation.uuid = NewUuid();
        organisation.created_date = writing.now();
        ChangeList changes = Apply(organisation, input);
        FLAGSTREAM_TRY(store::Insert(writing.tx(), organisation));
        FLAGSTREAM_TRY(
            AddMember(writing, organisation.id, caller.user.value, auth::OrganisationRole::kAdmin));
        FLAGSTREAM_TRY(writing.Audit(Entry(
            organisation, "New Organisation created: ", ChangeType::kCreate, std::move(changes))));
        return OrganisationView{std::move(organisation), 1, auth::OrganisationRole::kAdmin};
      });
}

Result<Written<OrganisationView>> Organisations::Update(const auth::Principal& caller,
                                                        OrganisationId id,
                                                        const OrganisationInput& input) {
  FLAGSTREAM_TRY(CheckSupported(input));
  return Write<OrganisationView>(
      context_, &caller, [&](Writing& writing) -> Result<OrganisationView> {
        FLAGSTREAM_ASSIGN(
            OrganisationAccess access,
            OpenOrganisation(writing.tx(), caller, id, OrganisationPermission::kManage));
        FLAGSTREAM_ASSIGN(access.organisation, writing.Hold<Organisation>(id.value));
        ChangeList changes = Apply(access.organisation, input);
        if (!changes.empty()) {
          FLAGSTREAM_TRY(store::Update(writing.tx(), access.organisation));
          // The environment document has the name.
          if (changes.Has("name")) FLAGSTREAM_TRY(writing.StampOrganisation(id));
          FLAGSTREAM_TRY(writing.Audit(Entry(access.organisation, "Organisation updated: ",
                                             ChangeType::kUpdate, std::move(changes))));
        }
        return View(writing.tx(), std::move(access));
      });
}

Result<Written<Done>> Organisations::Delete(const auth::Principal& caller, OrganisationId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(OpenOrganisation(writing.tx(), caller, id, OrganisationPermission::kManage));
    FLAGSTREAM_TRY(DeleteOrganisation(writing, id));
    return Done{};
  });
}

Result<void> DeleteOrganisation(Writing& writing, OrganisationId id) {
  FLAGSTREAM_ASSIGN(const Organisation organisation, writing.Hold<Organisation>(id.value));
  FLAGSTREAM_ASSIGN(const std::vector<store::Project> projects,
                    store::Find(writing.tx(), Select<store::Project>().Where(
                                                  &store::Project::organisation_id, id.value)));
  for (const store::Project& project : projects)
    FLAGSTREAM_TRY(DeleteProject(writing, {project.id}));
  FLAGSTREAM_TRY(
      store::Delete(writing.tx(), Select<Organisation>().Where(&Organisation::id, id.value)));
  return writing.Audit(Entry(organisation, "Organisation deleted: ", ChangeType::kDelete, {}));
}

}  // namespace flagstream::service
