// SPDX-License-Identifier: Apache-2.0
#include "flags/number.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/decimal.h"

namespace flagstream::flags {
namespace {

constexpr std::string_view kDigits = "0123456789";

// What the reference takes for white space, as UTF-8.
constexpr auto kSpaces = std::to_array<std::string_view>({" ",
                                                          "\t",
                                                          "\n",
                                                          "\v",
                                                          "\f",
                                                          "\r",
                                                          "\x1c",
                                                          "\x1d",
                                                          "\x1e",
                                                          "\x1f",
                                                          "\xc2\x85",
                                                          "\xc2\xa0",
                                                          "\xe1\x9a\x80",
                                                          "\xe2\x80\x80",
                                                          "\xe2\x80\x81",
                                                          "\xe2\x80\x82",
                                                          "\xe2\x80\x83",
                                                          "\xe2\x80\x84",
                                                          "\xe2\x80\x85",
                                                          "\xe2\x80\x86",
                                                          "\xe2\x80\x87",
                                                          "\xe2\x80\x88",
                                                          "\xe2\x80\x89",
                                                          "\xe2\x80\x8a",
                                                          "\xe2\x80\xa8",
                                                          "\xe2\x80\xa9",
                                                          "\xe2\x80\xaf",
                                                          "\xe2\x81\x9f",
                                                          "\xe3\x80\x80"});

std::string_view WithoutSpaces(std::string_view text) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view space : kSpaces) {
      if (text.starts_with(space)) {
        text.remove_prefix(space.size());
        found = true;
      }
      if (text.ends_with(space)) {
        text.remove_suffix(space.size());
        found = true;
      }
    }
  }
  return text;
}

// Takes a sign off; true if it was a minus.
bool TakeSign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

size_t TakeDigits(std::string_view& text) {
  const size_t count = std::min(text.find_first_not_of(kDigits), text.size());
  text.remove_prefix(count);
  return count;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

// Digits with at most one point anywhere, and an optional exponent.
bool IsDecimal(std::string_view text) {
  size_t digits = TakeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += TakeDigits(text);
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  TakeSign(text);
  return TakeDigits(text) > 0 && text.empty();
}

std::optional<double> ParseMagnitude(std::string_view text) {
  if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
    return std::numeric_limits<double>::infinity();
  }
  if (EqualsIgnoringCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (!IsDecimal(text)) return std::nullopt;
  if (text.ends_with('.')) text.remove_suffix(1);
  // Of a decimal, only what is too large is refused.
  return ParseDecimal(text).value_or(std::numeric_limits<double>::infinity());
}

}  // namespace

std::optional<Scalar> ParseInteger(std::string_view text) {
  text = WithoutSpaces(text);
  const bool negative = TakeSign(text);
  std::string_view rest = text;
  if (TakeDigits(rest) == 0 || !rest.empty()) return std::nullopt;
  return IntegerOf(negative, text);
}

std::optional<double> ParseFloat(std::string_view text) {
  text = WithoutSpaces(text);
  const bool negative = TakeSign(text);
  const std::optional<double> magnitude = ParseMagnitude(text);
  if (!magnitude) return std::nullopt;
  return negative ? -*magnitude : *magnitude;
}

}  // namespace flagstream::flags
