// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "auth/permissions.h"

// The rights that can be given to a user, by the keys that the API calls them.
namespace flagstream::auth {

template <class Permission>
struct PermissionKey {
  std::string_view key;
  std::string_view description;
  bool supports_tag = false;  // the reference can limit it to features with certain tags
  // Unset where nothing here asks for it yet: it can be given, and gives nothing.
  std::optional<Permission> permission = std::nullopt;
};

// All of one level, in the order in which the API lists them.
template <class Permission>
std::span<const PermissionKey<Permission>> PermissionKeysOf();
template <>
std::span<const PermissionKey<OrganisationPermission>> PermissionKeysOf();
template <>
std::span<const PermissionKey<ProjectPermission>> PermissionKeysOf();
template <>
std::span<const PermissionKey<EnvironmentPermission>> PermissionKeysOf();

// What the keys in `text`, separated by blanks, give. Keys that are unknown, as those of a later
// release, give nothing.
template <class Permission>
RightSet<Permission> ReadRights(bool admin, std::string_view text) {
  RightSet<Permission> rights(admin);
  while (!text.empty()) {
    const size_t end = text.find(' ');
    for (const PermissionKey<Permission>& one : PermissionKeysOf<Permission>()) {
      if (one.permission && one.key == text.substr(0, end)) rights.Add(*one.permission);
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return rights;
}

}  // namespace flagstream::auth
