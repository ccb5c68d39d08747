// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flagstream::store {

// Takes a schema from `version` - 1 to `version`.
struct Migration {
  int version = 0;
  std::string_view name;
  std::string_view sql;
};

}  // namespace flagstream::store
