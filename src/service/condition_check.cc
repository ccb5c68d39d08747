// SPDX-License-Identifier: Apache-2.0
#include "service/condition_check.h"

#include <algorithm>
#include <array>

#include "flags/number.h"
#include "flags/regex.h"

namespace flagstream::service {
namespace {

constexpr std::array<std::string_view, 14> kOperators = {
    "EQUAL",      "NOT_EQUAL",       "GREATER_THAN", "GREATER_THAN_INCLUSIVE",
    "LESS_THAN",  "CONTAINS",        "NOT_CONTAINS", "LESS_THAN_INCLUSIVE",
    "IN",         "REGEX",           "MODULO",       "IS_SET",
    "IS_NOT_SET", "PERCENTAGE_SPLIT"};

bool NeedsNoValue(std::string_view operator_name) {
  return operator_name == "IS_SET" || operator_name == "IS_NOT_SET";
}

bool IsModulo(std::string_view text) {
  const size_t bar = text.find('|');
  return bar != std::string_view::npos && flags::ParseFloat(text.substr(0, bar)) &&
         flags::ParseFloat(text.substr(bar + 1));
}

FieldError ValueError(std::string_view sentence) { return {"value", std::string(sentence)}; }

}  // namespace

std::optional<FieldError> CheckCondition(std::string_view operator_name,
                                         const std::optional<std::string>& value) {
  if (std::ranges::find(kOperators, operator_name) == kOperators.end()) {
    return FieldError{"operator", "\"" + std::string(operator_name) + "\" is not a valid choice."};
  }
  if (NeedsNoValue(operator_name)) return std::nullopt;
  if (!value) return ValueError("This field may not be null.");
  if (operator_name == "PERCENTAGE_SPLIT" && !flags::ParseFloat(*value))
    return ValueError("Enter a number of percent.");
  if (operator_name == "MODULO" && !IsModulo(*value))
    return ValueError("Enter a divisor and a remainder, as in \"3|1\".");
  if (operator_name == "REGEX" && !flags::Regex::Compile(*value))
    return ValueError("Enter a valid regular expression.");
  return std::nullopt;
}

}  // namespace flagstream::service
