// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "flags/environment.h"

namespace flagstream::flags {

// ALL, ANY or NONE, as documents, contexts, the API and the store call them.
std::string_view RuleTypeName(RuleType type);
std::optional<RuleType> ParseRuleType(std::string_view name);

}  // namespace flagstream::flags
