// SPDX-License-Identifier: Apache-2.0
#include "service/condition_check.h"

#include <algorithm>
#include <array>
#include <charconv>

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

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// As evaluation reads one: blanks around it, a sign, a decimal point, an exponent, "inf", "nan".
bool IsFloat(std::string_view text) {
  text = Trim(text);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('-') || text.find('(') != std::string_view::npos) return false;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error != std::errc::invalid_argument && end == text.data() + text.size();
}

bool IsModulo(std::string_view text) {
  const size_t bar = text.find('|');
  return bar != std::string_view::npos && IsFloat(text.substr(0, bar)) &&
         IsFloat(text.substr(bar + 1));
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
  if (operator_name == "PERCENTAGE_SPLIT" && !IsFloat(*value))
    return ValueError("Enter a number of percent.");
  if (operator_name == "MODULO" && !IsModulo(*value))
    return ValueError("Enter a divisor and a remainder, as in \"3|1\".");
  return std::nullopt;
}

}  // namespace flagstream::service
