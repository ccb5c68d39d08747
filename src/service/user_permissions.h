// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/written.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// What rights are given on; an environment by its client key, as paths name it.
using RightsPlace = std::variant<OrganisationId, ProjectId, std::string>;

struct OwnRights {
  bool admin = false;  // also by being one further up
  std::vector<std::string> permissions;
};

struct UserPermissionView {
  store::UserPermission row;
  store::User user;

  std::vector<std::string> Permissions() const;
};

// A new one needs a user, who is a member of the organisation and was given nothing there yet;
// afterwards the user stays.
struct UserPermissionInput {
  Given<int64_t> user;
  Given<bool> admin;  // an organisation has the role for that and takes no notice of it
  Given<std::vector<std::string>> permissions;
};

// What single users may do in an organisation, a project or an environment: read and written by the
// administrators of that place. Nothing of it is served to clients, so nothing is stamped.
class UserPermissions {
 public:
  explicit UserPermissions(const Context& context) : context_(context) {}

  // Any member may ask what he may do. kInvalidArgument for a master key.
  Result<OwnRights> Mine(const auth::Principal& caller, const RightsPlace& place);

  Result<std::vector<UserPermissionView>> List(const auth::Principal& caller,
                                               const RightsPlace& place);
  Result<UserPermissionView> Get(const auth::Principal& caller, const RightsPlace& place,
                                 int64_t id);
  Result<Written<UserPermissionView>> Create(const auth::Principal& caller,
                                             const RightsPlace& place,
                                             const UserPermissionInput& input);
  Result<Written<UserPermissionView>> Update(const auth::Principal& caller,
                                             const RightsPlace& place, int64_t id,
                                             const UserPermissionInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, const RightsPlace& place, int64_t id);

 private:
  const Context& context_;
};

// Whoever makes something is its administrator; a master key is anyway.
Result<void> MakeAdminOf(store::Transaction& tx, const auth::Principal& caller, ProjectId project);
Result<void> MakeAdminOf(store::Transaction& tx, const auth::Principal& caller,
                         EnvironmentId environment);

}  // namespace flagstream::service
