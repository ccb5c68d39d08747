// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"

namespace flagstream::auth {

// A master API key: acts as an administrator of one organisation, with no user behind it.
struct OrganisationKey {
  std::string name;
  OrganisationId organisation;

  bool operator==(const OrganisationKey&) const = default;
};

// Who makes a request of the management side, once the credentials are known to be good.
struct Principal {
  UserId user;
  std::string email;
  bool is_superuser = false;
  std::optional<OrganisationKey> key = std::nullopt;  // then there is no user

  bool operator==(const Principal&) const = default;
};

}  // namespace flagstream::auth
