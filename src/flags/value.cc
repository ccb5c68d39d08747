// SPDX-License-Identifier: Apache-2.0
#include "flags/value.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace flagstream::flags {
namespace {

constexpr int kFixedExponentMin = -4;
constexpr int kFixedExponentEnd = 16;

std::string_view ToChars(std::array<char, 32>& buffer, double value, std::chars_format format) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
  return {buffer.data(), static_cast<size_t>(end - buffer.data())};
}

int DecimalExponent(std::string_view scientific) {
  std::string_view digits = scientific.substr(scientific.find('e') + 1);
  const bool negative = digits.front() == '-';
  digits.remove_prefix(1);  // the sign, which to_chars always writes
  int exponent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return negative ? -exponent : exponent;
}

}  // namespace

std::string TextOf(double value) {
  std::array<char, 32> buffer;
  return std::string(WriteText(value, buffer));
}

std::string_view WriteText(double value, std::array<char, 32>& buffer) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const std::string_view scientific = ToChars(buffer, value, std::chars_format::scientific);
  const int exponent = DecimalExponent(scientific);
  if (exponent < kFixedExponentMin || exponent >= kFixedExponentEnd) return scientific;
  const std::string_view fixed = ToChars(buffer, value, std::chars_format::fixed);
  if (fixed.find('.') != std::string_view::npos) return fixed;
  std::memcpy(buffer.data() + fixed.size(), ".0", 2);
  return {buffer.data(), fixed.size() + 2};
}

std::string TextOf(const TraitValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          return v ? "True" : "False";
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<T, double>) {
          return TextOf(v);
        } else {
          return v;
        }
      },
      value);
}

}  // namespace flagstream::flags
