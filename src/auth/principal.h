// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/ids.h"

namespace flagstream::auth {

// Who makes a request of the management side, once the credentials are known to be good.
struct Principal {
  UserId user;
  std::string email;
  bool is_superuser = false;

  bool operator==(const Principal&) const = default;
};

}  // namespace flagstream::auth
