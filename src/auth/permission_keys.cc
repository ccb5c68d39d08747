// SPDX-License-Identifier: Apache-2.0
#include "auth/permission_keys.h"

#include <array>

namespace flagstream::auth {
namespace {

constexpr std::array kOrganisationKeys{
    PermissionKey<OrganisationPermission>{
        .key = "CREATE_PROJECT",
        .description = "Allows the user to create projects in this organisation.",
        .permission = OrganisationPermission::kCreateProject},
    PermissionKey<OrganisationPermission>{
        .key = "MANAGE_USER_GROUPS",
        .description =
            "Allows the user to manage the groups in the organisation and their members."},
};

constexpr std::array kProjectKeys{
    PermissionKey<ProjectPermission>{.key = "VIEW_PROJECT",
                                     .description = "View permission for the given project.",
                                     .permission = ProjectPermission::kView},
    PermissionKey<ProjectPermission>{
        .key = "CREATE_ENVIRONMENT",
        .description = "Ability to create an environment in the given project.",
        .permission = ProjectPermission::kCreateEnvironment},
    PermissionKey<ProjectPermission>{
        .key = "DELETE_FEATURE",
        .description = "Ability to delete features in the given project.",
        .supports_tag = true,
        .permission = ProjectPermission::kDeleteFeature},
    PermissionKey<ProjectPermission>{
        .key = "CREATE_FEATURE",
        .description = "Ability to create features in the given project.",
        .permission = ProjectPermission::kCreateFeature},
    PermissionKey<ProjectPermission>{
        .key = "EDIT_FEATURE", .description = "Ability to edit features in the given project."},
    PermissionKey<ProjectPermission>{
        .key = "MANAGE_SEGMENTS",
        .description = "Ability to manage segments in the given project.",
        .permission = ProjectPermission::kManageSegments},
    PermissionKey<ProjectPermission>{
        .key = "VIEW_AUDIT_LOG",
        .description = "Allows the user to view the audit logs for this organisation.",
        .permission = ProjectPermission::kViewAuditLog},
    PermissionKey<ProjectPermission>{
        .key = "MANAGE_TAGS",
        .description = "Allows the user to manage tags in the given project.",
        .permission = ProjectPermission::kManageTags},
    PermissionKey<ProjectPermission>{
        .key = "MANAGE_PROJECT_LEVEL_CHANGE_REQUESTS",
        .description = "Ability to manage change requests associated with a project."},
    PermissionKey<ProjectPermission>{
        .key = "APPROVE_PROJECT_LEVEL_CHANGE_REQUESTS",
        .description = "Ability to approve project level change requests."},
    PermissionKey<ProjectPermission>{
        .key = "CREATE_PROJECT_LEVEL_CHANGE_REQUESTS",
        .description = "Ability to create project level change requests."},
};

constexpr std::array kEnvironmentKeys{
    PermissionKey<EnvironmentPermission>{
        .key = "VIEW_ENVIRONMENT",
        .description = "View permission for the given environment.",
        .permission = EnvironmentPermission::kView},
    PermissionKey<EnvironmentPermission>{
        .key = "UPDATE_FEATURE_STATE",
        .description = "Update the state or value for a given feature state.",
        .supports_tag = true,
        .permission = EnvironmentPermission::kUpdateFeatureState},
    PermissionKey<EnvironmentPermission>{
        .key = "MANAGE_IDENTITIES",
        .description = "Manage identities in the given environment.",
        .permission = EnvironmentPermission::kManageIdentities},
    PermissionKey<EnvironmentPermission>{
        .key = "CREATE_CHANGE_REQUEST",
        .description = "Permission to create change requests in the given environment.",
        .supports_tag = true},
    PermissionKey<EnvironmentPermission>{
        .key = "APPROVE_CHANGE_REQUEST",
        .description = "Permission to approve change requests in the given environment.",
        .supports_tag = true},
    PermissionKey<EnvironmentPermission>{.key = "VIEW_IDENTITIES",
                                         .description = "View identities in the given environment.",
                                         .permission = EnvironmentPermission::kViewIdentities},
    PermissionKey<EnvironmentPermission>{
        .key = "MANAGE_SEGMENT_OVERRIDES",
        .description = "Permission to manage segment overrides in the given environment",
        .supports_tag = true,
        .permission = EnvironmentPermission::kManageSegmentOverrides},
};

}  // namespace

template <>
std::span<const PermissionKey<OrganisationPermission>> PermissionKeysOf() {
  return kOrganisationKeys;
}
template <>
std::span<const PermissionKey<ProjectPermission>> PermissionKeysOf() {
  return kProjectKeys;
}
template <>
std::span<const PermissionKey<EnvironmentPermission>> PermissionKeysOf() {
  return kEnvironmentKeys;
}

}  // namespace flagstream::auth
