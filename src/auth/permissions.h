// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

// Who may do what inside an organisation. The one place where a right is granted or refused.
namespace flagstream::auth {

enum class OrganisationRole { kAdmin, kUser };

// ADMIN and USER, as stored and as the API calls them.
std::string_view RoleName(OrganisationRole role);
std::optional<OrganisationRole> ParseRole(std::string_view name);

enum class OrganisationPermission {
  kView,  // any member
  kCreateProject,
  kManage,  // everything else
};

enum class ProjectPermission {
  kView,
  kCreateEnvironment,
  kCreateFeature,  // also to change or archive one and to set its owners
  kDeleteFeature,
  kManageSegments,
  kManageTags,
  kViewAuditLog,
  kManage,  // everything else
};

enum class EnvironmentPermission {
  kView,
  kUpdateFeatureState,
  kManageSegmentOverrides,
  kViewIdentities,
  kManageIdentities,
  kManage,  // everything else
};

// What one user was granted in one organisation and in what it holds. So far the role decides: an
// ADMIN may do everything, a USER sees the organisation and nothing in it. Rights granted on a
// project or an environment become members here.
class Grants {
 public:
  explicit Grants(OrganisationRole role) : role_(role) {}

  OrganisationRole role() const { return role_; }

  bool Allow(OrganisationPermission permission) const;
  bool Allow(ProjectPermission permission) const;
  bool Allow(EnvironmentPermission permission) const;

 private:
  OrganisationRole role_;
};

}  // namespace flagstream::auth
