// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace flagstream {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Of what std::from_chars refused as out of range: whether it is below the smallest double and not
// above the largest. The two are 600 powers of ten apart, so the place of the first digit that is
// not zero tells.
bool IsTiny(std::string_view text) {
  int64_t exponent = 0;
  const size_t mark = text.find_first_of("eE");
  if (mark != std::string_view::npos) {
    const bool negative = text[mark + 1] == '-';
    const std::string_view digits = text.substr(text.find_first_of("0123456789", mark));
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    // An exponent beyond int64 outweighs any text that fits in memory.
    if (parsed.ec != std::errc()) return negative;
    if (negative) exponent = -exponent;
    text = text.substr(0, mark);
  }
  const size_t first = text.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const size_t point = std::min(text.find('.'), text.size());
  const auto place =
      first < point ? static_cast<int64_t>(point - first) : -static_cast<int64_t>(first - point);
  return exponent < -place;
}

}  // namespace

std::optional<double> ParseDecimal(std::string_view text) {
  if (text.empty() || !IsDigit(text.back())) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc()) return value;
  if (error == std::errc::result_out_of_range && IsTiny(text)) {
    return text.front() == '-' ? -0.0 : 0.0;
  }
  return std::nullopt;
}

}  // namespace flagstream
