// SPDX-License-Identifier: Apache-2.0
#include "service/user_permissions.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "auth/permission_keys.h"
#include "service/access.h"
#include "service/members.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Select;
using store::UserPermission;

// A place that was found, with the caller's rights there.
struct Opened {
  std::optional<int64_t> UserPermission::* member;  // names the place in a row
  int64_t id = 0;
  std::string name;
  int64_t organisation = 0;
  int64_t project = 0;
  int64_t environment = 0;
  bool admin = false;  // of the place
  std::vector<std::string_view> keys = {};
};

template <class Permission>
std::vector<std::string_view> KeysOf() {
  std::vector<std::string_view> keys;
  for (const auto& one : auth::PermissionKeysOf<Permission>()) keys.push_back(one.key);
  return keys;
}

// For any member of the organisation.
Result<Opened> Enter(store::Reader& reader, const auth::Principal& caller, OrganisationId id) {
  FLAGSTREAM_ASSIGN(const OrganisationAccess access,
                    OpenOrganisation(reader, caller, id, auth::OrganisationPermission::kView));
  return Opened{.member = &UserPermission::organisation_id,
                .id = id.value,
                .name = "organisation '" + access.organisation.name + "'",
                .organisation = id.value,
                .admin = access.grants.IsOrganisationAdmin(),
                .keys = KeysOf<auth::OrganisationPermission>()};
}

Result<Opened> Enter(store::Reader& reader, const auth::Principal& caller, ProjectId id) {
  FLAGSTREAM_ASSIGN(const ProjectAccess access, EnterProject(reader, caller, id));
  return Opened{.member = &UserPermission::project_id,
                .id = id.value,
                .name = "project '" + access.project.name + "'",
                .organisation = access.project.organisation_id,
                .project = id.value,
                .admin = access.grants.IsProjectAdmin(),
                .keys = KeysOf<auth::ProjectPermission>()};
}

Result<Opened> Enter(store::Reader& reader, const auth::Principal& caller, const std::string& key) {
  FLAGSTREAM_ASSIGN(const EnvironmentAccess access, EnterEnvironment(reader, caller, key));
  return Opened{.member = &UserPermission::environment_id,
                .id = access.environment.id,
                .name = "environment '" + access.environment.name + "'",
                .organisation = access.project.organisation_id,
                .project = access.project.id,
                .environment = access.environment.id,
                .admin = access.grants.IsEnvironmentAdmin(),
                .keys = KeysOf<auth::EnvironmentPermission>()};
}

Result<Opened> EnterPlace(store::Reader& reader, const auth::Principal& caller,
                          const RightsPlace& place) {
  return std::visit([&](const auto& id) { return Enter(reader, caller, id); }, place);
}

// For its administrators.
Result<Opened> OpenPlace(store::Reader& reader, const auth::Principal& caller,
                         const RightsPlace& place) {
  FLAGSTREAM_ASSIGN(Opened opened, EnterPlace(reader, caller, place));
  if (!opened.admin) return Error::PermissionDenied();
  return opened;
}

Select<UserPermission> RowsOf(const Opened& place) {
  return Select<UserPermission>().Where(place.member, place.id);
}

std::vector<std::string> SplitKeys(std::string_view text) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    keys.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return keys;
}

// In the order of the list of keys, each once.
Result<std::string> JoinKeys(const Opened& place, const std::vector<std::string>& wanted) {
  for (const std::string& key : wanted) {
    if (std::ranges::find(place.keys, key) != place.keys.end()) continue;
    return Error::InvalidField("permissions",
                               "Invalid pk \"" + key + "\" - object does not exist.");
  }
  std::string text;
  for (const std::string_view key : place.keys) {
    if (std::ranges::find(wanted, key) == wanted.end()) continue;
    if (!text.empty()) text += ' ';
    text += key;
  }
  return text;
}

// A member of the organisation; of others not even whether they exist is told.
Result<store::User> FindMember(store::Reader& reader, const Opened& place, int64_t id) {
  FLAGSTREAM_ASSIGN(
      const int64_t memberships,
      store::Count(reader, Select<store::Membership>()
                               .Where(&store::Membership::organisation_id, place.organisation)
                               .Where(&store::Membership::user_id, id)));
  if (memberships > 0) {
    FLAGSTREAM_ASSIGN(std::optional<store::User> user, store::Get<store::User>(reader, id));
    if (user) return *std::move(user);
  }
  return Error::InvalidField("user",
                             "Invalid pk \"" + std::to_string(id) + "\" - object does not exist.");
}

Result<UserPermissionView> Find(store::Reader& reader, const Opened& place, int64_t id) {
  FLAGSTREAM_ASSIGN(std::optional<UserPermission> row,
                    store::FindOne(reader, RowsOf(place).Where(&UserPermission::id, id)));
  if (!row) return NoMatch("UserPermission");
  FLAGSTREAM_ASSIGN(std::optional<store::User> user, store::Get<store::User>(reader, row->user_id));
  if (!user) return NoMatch("UserPermission");
  return UserPermissionView{*std::move(row), *std::move(user)};
}

Result<ChangeList> Apply(const Opened& place, UserPermission& row,
                         const UserPermissionInput& input) {
  ChangeList changes;
  if (!row.organisation_id) changes.Set("admin", row.admin, input.admin);
  if (input.permissions) {
    FLAGSTREAM_ASSIGN(std::string text, JoinKeys(place, *input.permissions));
    changes.Set("permissions", row.permissions, Given<std::string>(std::move(text)));
  }
  return changes;
}

AuditEntry Entry(const Opened& place, const UserPermissionView& view, std::string_view verb,
                 ChangeType type, ChangeList changes) {
  return {
      .log = "Permissions of " + view.user.email + " on " + place.name + " " + std::string(verb),
      .object_type = "USER_PERMISSION",
      .object_id = view.row.id,
      .object_uuid = {},
      .type = type,
      .organisation = place.organisation,
      .project = place.project,
      .environment = place.environment,
      .changes = std::move(changes)};
}

}  // namespace

std::vector<std::string> UserPermissionView::Permissions() const {
  return SplitKeys(row.permissions);
}

Result<OwnRights> UserPermissions::Mine(const auth::Principal& caller, const RightsPlace& place) {
  return Read<OwnRights>(context_, [&](store::Reader& reader) -> Result<OwnRights> {
    FLAGSTREAM_ASSIGN(const Opened opened, EnterPlace(reader, caller, place));
    if (caller.key) {
      return Error(ErrorCode::kInvalidArgument,
                   "This endpoint can only be used with a user and not Master API Key");
    }
    OwnRights rights{.admin = opened.admin, .permissions = {}};
    FLAGSTREAM_ASSIGN(
        const std::optional<UserPermission> row,
        store::FindOne(reader, RowsOf(opened).Where(&UserPermission::user_id, caller.user.value)));
    if (row) rights.permissions = SplitKeys(row->permissions);
    return rights;
  });
}

Result<std::vector<UserPermissionView>> UserPermissions::List(const auth::Principal& caller,
                                                              const RightsPlace& place) {
  using Views = std::vector<UserPermissionView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(const Opened opened, OpenPlace(reader, caller, place));
    FLAGSTREAM_ASSIGN(std::vector<UserPermission> rows, store::Find(reader, RowsOf(opened)));
    std::vector<int64_t> ids;
    for (const UserPermission& row : rows) ids.push_back(row.user_id);
    FLAGSTREAM_ASSIGN(const auto users, LoadUsers(reader, ids));
    Views views;
    for (UserPermission& row : rows) {
      const auto user = users.find(row.user_id);
      if (user != users.end()) views.push_back({std::move(row), user->second});
    }
    return views;
  });
}

Result<UserPermissionView> UserPermissions::Get(const auth::Principal& caller,
                                                const RightsPlace& place, int64_t id) {
  return Read<UserPermissionView>(
      context_, [&](store::Reader& reader) -> Result<UserPermissionView> {
        FLAGSTREAM_ASSIGN(const Opened opened, OpenPlace(reader, caller, place));
        return Find(reader, opened, id);
      });
}

Result<Written<UserPermissionView>> UserPermissions::Create(const auth::Principal& caller,
                                                            const RightsPlace& place,
                                                            const UserPermissionInput& input) {
  return Write<UserPermissionView>(
      context_, &caller, [&](Writing& writing) -> Result<UserPermissionView> {
        FLAGSTREAM_ASSIGN(const Opened opened, OpenPlace(writing.tx(), caller, place));
        UserPermissionView view;
        FLAGSTREAM_ASSIGN(view.user, FindMember(writing.tx(), opened, input.user.value_or(0)));
        view.row.user_id = view.user.id;
        view.row.*opened.member = opened.id;
        FLAGSTREAM_ASSIGN(const int64_t before,
                          store::Count(writing.tx(), RowsOf(opened).Where(&UserPermission::user_id,
                                                                          view.user.id)));
        if (before > 0) {
          return Error::InvalidField("user", "This user has permissions here already.");
        }
        FLAGSTREAM_ASSIGN(ChangeList changes, Apply(opened, view.row, input));
        FLAGSTREAM_TRY(store::Insert(writing.tx(), view.row));
        FLAGSTREAM_TRY(
            writing.Audit(Entry(opened, view, "created", ChangeType::kCreate, std::move(changes))));
        return view;
      });
}

Result<Written<UserPermissionView>> UserPermissions::Update(const auth::Principal& caller,
                                                            const RightsPlace& place, int64_t id,
                                                            const UserPermissionInput& input) {
  return Write<UserPermissionView>(
      context_, &caller, [&](Writing& writing) -> Result<UserPermissionView> {
        FLAGSTREAM_ASSIGN(const Opened opened, OpenPlace(writing.tx(), caller, place));
        FLAGSTREAM_ASSIGN(UserPermissionView view, Find(writing.tx(), opened, id));
        FLAGSTREAM_ASSIGN(view.row, writing.Hold<UserPermission>(id));
        FLAGSTREAM_ASSIGN(ChangeList changes, Apply(opened, view.row, input));
        if (changes.empty()) return view;
        FLAGSTREAM_TRY(store::Update(writing.tx(), view.row));
        FLAGSTREAM_TRY(
            writing.Audit(Entry(opened, view, "updated", ChangeType::kUpdate, std::move(changes))));
        return view;
      });
}

Result<Written<Done>> UserPermissions::Delete(const auth::Principal& caller,
                                              const RightsPlace& place, int64_t id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const Opened opened, OpenPlace(writing.tx(), caller, place));
    FLAGSTREAM_ASSIGN(const UserPermissionView view, Find(writing.tx(), opened, id));
    FLAGSTREAM_TRY(
        store::Delete(writing.tx(), Select<UserPermission>().Where(&UserPermission::id, id)));
    FLAGSTREAM_TRY(writing.Audit(Entry(opened, view, "deleted", ChangeType::kDelete, {})));
    return Done{};
  });
}

Result<void> MakeAdminOf(store::Transaction& tx, const auth::Principal& caller, ProjectId project) {
  if (caller.key) return {};
  UserPermission row;
  row.user_id = caller.user.value;
  row.project_id = project.value;
  row.admin = true;
  return store::Insert(tx, row);
}

Result<void> MakeAdminOf(store::Transaction& tx, const auth::Principal& caller,
                         EnvironmentId environment) {
  if (caller.key) return {};
  UserPermission row;
  row.user_id = caller.user.value;
  row.environment_id = environment.value;
  row.admin = true;
  return store::Insert(tx, row);
}

}  // namespace flagstream::service
