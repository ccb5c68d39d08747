// SPDX-License-Identifier: Apache-2.0
#include "flags/rule_type.h"

#include "base/assert.h"

namespace flagstream::flags {

std::string_view RuleTypeName(RuleType type) {
  switch (type) {
    case RuleType::kAll:
      return "ALL";
    case RuleType::kAny:
      return "ANY";
    case RuleType::kNone:
      return "NONE";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::optional<RuleType> ParseRuleType(std::string_view name) {
  for (const RuleType type : {RuleType::kAll, RuleType::kAny, RuleType::kNone}) {
    if (RuleTypeName(type) == name) return type;
  }
  return std::nullopt;
}

}  // namespace flagstream::flags
