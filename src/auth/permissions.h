// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

// What was given at one level: the rank of an administrator there, or single rights.
template <class Permission>
class RightSet {
 public:
  explicit RightSet(bool admin = false) : admin_(admin) {}

  void Add(Permission permission) { bits_ |= Bit(permission); }
  bool admin() const { return admin_; }
  bool Has(Permission permission) const { return admin_ || (bits_ & Bit(permission)) != 0; }

 private:
  static constexpr uint32_t Bit(Permission permission) {
    return uint32_t{1} << static_cast<unsigned>(permission);
  }

  bool admin_;
  uint32_t bits_ = 0;
};

// What one caller was granted in one organisation and, where they are asked about, in one project
// and one environment of it. An ADMIN of the organisation may do everything in it, an administrator
// of a project everything in the project, its environments included. A USER who was granted nothing
// sees the organisation and nothing in it.
class Grants {
 public:
  explicit Grants(OrganisationRole role = OrganisationRole::kUser) : role_(role) {}

  void Set(RightSet<OrganisationPermission> rights) { organisation_ = rights; }
  void Set(RightSet<ProjectPermission> rights) { project_ = rights; }
  void Set(RightSet<EnvironmentPermission> rights) { environment_ = rights; }

  OrganisationRole role() const { return role_; }
  bool IsOrganisationAdmin() const { return role_ == OrganisationRole::kAdmin; }
  bool IsProjectAdmin() const { return IsOrganisationAdmin() || project_.admin(); }
  bool IsEnvironmentAdmin() const { return IsProjectAdmin() || environment_.admin(); }

  bool Allow(OrganisationPermission permission) const;
  bool Allow(ProjectPermission permission) const;
  bool Allow(EnvironmentPermission permission) const;

 private:
  OrganisationRole role_;
  RightSet<OrganisationPermission> organisation_;
  RightSet<ProjectPermission> project_;
  RightSet<EnvironmentPermission> environment_;
};

}  // namespace flagstream::auth
