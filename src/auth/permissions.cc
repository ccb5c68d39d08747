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
  return role_ == OrganisationRole::kAdmin || permission == OrganisationPermission::kView;
}

bool Grants::Allow(ProjectPermission /*permission*/) const {
  return role_ == OrganisationRole::kAdmin;
}

bool Grants::Allow(EnvironmentPermission /*permission*/) const {
  return role_ == OrganisationRole::kAdmin;
}

}  // namespace flagstream::auth
