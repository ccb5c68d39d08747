// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "flags/value.h"

namespace flagstream::flags {

// An integer beyond int64: its sign and its decimal digits, without leading zeros.
struct BigInteger {
  bool negative = false;
  std::string_view digits;

  bool operator==(const BigInteger&) const = default;
};

// A value as conditions see it. Text and digits are borrowed. An integer is a BigInteger only if it
// does not fit int64, so equal integers are equal scalars.
using Scalar = std::variant<std::monostate, bool, int64_t, BigInteger, double, std::string_view>;

inline bool IsNull(const Scalar& value) { return std::holds_alternative<std::monostate>(value); }
inline bool IsInteger(const Scalar& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<BigInteger>(value);
}

Scalar ScalarOf(const FlagValue& value);
Scalar ScalarOf(const TraitValue& value);

// What conditions make of a value: text that looks like a number becomes one and keeps nothing of
// its text; all else stays as it is.
Scalar Typed(const Scalar& value);

// The integer that decimal digits (at least one) stand for.
Scalar IntegerOf(bool negative, std::string_view digits);
// Order of two integers, exact at any size.
std::strong_ordering CompareIntegers(const Scalar& a, const Scalar& b);
// Order of two numbers, exact between integers and floats.
std::partial_ordering CompareNumbers(const Scalar& a, const Scalar& b);
// The double nearest to a number, infinite beyond the largest. True counts as 1; nothing for what
// is no number.
std::optional<double> DoubleOf(const Scalar& value);

// A value as text, as in TextOf of flags/value.h; null as "None". Borrows the value's own text.
class ScalarText {
 public:
  explicit ScalarText(const Scalar& value);
  ScalarText(const ScalarText&) = delete;
  ScalarText& operator=(const ScalarText&) = delete;

  std::string_view view() const { return view_; }

 private:
  std::array<char, 32> buffer_;
  std::string long_text_;  // a big negative integer does not fit the buffer
  std::string_view view_;
};

}  // namespace flagstream::flags
