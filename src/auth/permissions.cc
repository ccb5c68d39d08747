// SPDX-License-Identifier: Apache-2.0
#include "auth/permissions.h"

#include "base/assert.h"

namespace flagstream::auth {

std::string_view RoleName(OrganisationRole role) {
  switch (role) {
    case OrganisationRole::kAdmin:
      return "ADMIN";
    case OrganisationRole::kUser:
      return "USER";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::optional<OrganisationRole> ParseRole(std::string_view name) {
  if (name == "ADMIN") return OrganisationRole::kAdmin;
  if (name == "USER") return OrganisationRole::kUser;
  return std::nullopt;
}

bool Grants::Allow(OrganisationPermission permission) const {
  return IsOrganisationAdmin() || permission == OrganisationPermission::kView ||
         organisation_.Has(permission);
}

bool Grants::Allow(ProjectPermission permission) const {
  return IsProjectAdmin() || project_.Has(permission);
}

bool Grants::Allow(EnvironmentPermission permission) const {
  return IsEnvironmentAdmin() || environment_.Has(permission);
}

}  // namespace flagstream::auth
