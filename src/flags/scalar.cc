// SPDX-License-Identifier: Apache-2.0
#include "flags/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/assert.h"
#include "flags/number.h"

namespace flagstream::flags {
namespace {

constexpr std::string_view kDigits = "0123456789";

template <class... Overloads>
struct Visitor : Overloads... {
  using Overloads::operator()...;
};
template <class... Overloads>
Visitor(Overloads...) -> Visitor<Overloads...>;

std::string_view WithoutLeadingZeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

std::strong_ordering CompareMagnitudes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// Requires that one of them does not fit int64, and so is further from zero than the other.
std::strong_ordering CompareBigIntegers(const BigInteger* a, const BigInteger* b) {
  if (a == nullptr) return b->negative ? std::strong_ordering::greater : std::strong_ordering::less;
  if (b == nullptr) return a->negative ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a->negative != b->negative) return b->negative <=> a->negative;
  return a->negative ? CompareMagnitudes(b->digits, a->digits)
                     : CompareMagnitudes(a->digits, b->digits);
}

// The exact digits of a whole double take at most 309 places.
using WholeDigits = std::array<char, 320>;

Scalar WholePart(double value, WholeDigits& buffer) {
  const double whole = std::trunc(value);
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(whole),
                                 std::chars_format::fixed, /*precision=*/0)
                       .ptr;
  return IntegerOf(whole < 0, {buffer.data(), static_cast<size_t>(end - buffer.data())});
}

std::partial_ordering CompareIntegerWithFloat(const Scalar& integer, double number) {
  if (std::isnan(number)) return std::partial_ordering::unordered;
  if (std::isinf(number)) {
    return number > 0 ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  WholeDigits buffer;
  const auto order = CompareIntegers(integer, WholePart(number, buffer));
  if (order != std::strong_ordering::equal) return order;
  return 0.0 <=> number - std::trunc(number);
}

}  // namespace

Scalar ScalarOf(const FlagValue& value) {
  return std::visit(Visitor{[](const std::string& text) { return Scalar(std::string_view(text)); },
                            [](const auto& other) { return Scalar(other); }},
                    value);
}

Scalar ScalarOf(const TraitValue& value) {
  return std::visit(Visitor{[](const std::string& text) { return Scalar(std::string_view(text)); },
                            [](const auto& other) { return Scalar(other); }},
                    value);
}

Scalar Typed(const Scalar& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return value;
  const bool negative = text->starts_with('-');
  const std::string_view number = text->substr(negative ? 1 : 0);
  const size_t whole_end = std::min(number.find_first_not_of(kDigits), number.size());
  if (whole_end == 0) return value;
  if (whole_end == number.size()) return IntegerOf(negative, number);
  const std::string_view fraction = number.substr(whole_end + 1);
  const bool is_float = number[whole_end] == '.' && !fraction.empty() &&
                        fraction.find_first_not_of(kDigits) == std::string_view::npos;
  return is_float ? Scalar(ParseFloat(*text).value()) : value;
}

Scalar IntegerOf(bool negative, std::string_view digits) {
  digits = WithoutLeadingZeros(digits);
  uint64_t magnitude = 0;
  const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude).ec;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (error != std::errc() || magnitude > kMax + (negative ? 1 : 0)) {
    return BigInteger{negative, digits};
  }
  return static_cast<int64_t>(negative ? ~magnitude + 1 : magnitude);
}

std::strong_ordering CompareIntegers(const Scalar& a, const Scalar& b) {
  FLAGSTREAM_ASSERT(IsInteger(a) && IsInteger(b));
  const auto* small_a = std::get_if<int64_t>(&a);
  const auto* small_b = std::get_if<int64_t>(&b);
  if (small_a != nullptr && small_b != nullptr) return *small_a <=> *small_b;
  return CompareBigIntegers(std::get_if<BigInteger>(&a), std::get_if<BigInteger>(&b));
}

std::partial_ordering CompareNumbers(const Scalar& a, const Scalar& b) {
  const auto* float_a = std::get_if<double>(&a);
  const auto* float_b = std::get_if<double>(&b);
  if (float_a != nullptr && float_b != nullptr) return *float_a <=> *float_b;
  if (float_b != nullptr) return CompareIntegerWithFloat(a, *float_b);
  if (float_a != nullptr) return 0 <=> CompareIntegerWithFloat(b, *float_a);
  return CompareIntegers(a, b);
}

std::optional<double> DoubleOf(const Scalar& value) {
  return std::visit(Visitor{[](std::monostate) -> std::optional<double> { return std::nullopt; },
                            [](std::string_view) -> std::optional<double> { return std::nullopt; },
                            [](const BigInteger& big) {
                              const double magnitude = ParseFloat(big.digits).value();
                              return std::optional(big.negative ? -magnitude : magnitude);
                            },
                            [](auto number) { return std::optional(static_cast<double>(number)); }},
                    value);
}

ScalarText::ScalarText(const Scalar& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    view_ = *text;
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    view_ = *boolean ? "True" : "False";
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    const auto end = std::to_chars(buffer_.data(), buffer_.data() + buffer_.size(), *integer).ptr;
    view_ = {buffer_.data(), static_cast<size_t>(end - buffer_.data())};
  } else if (const auto* number = std::get_if<double>(&value)) {
    view_ = WriteText(*number, buffer_);
  } else if (const auto* big = std::get_if<BigInteger>(&value)) {
    if (big->negative) long_text_.append("-").append(big->digits);
    view_ = big->negative ? std::string_view(long_text_) : big->digits;
  } else {
    view_ = "None";
  }
}

}  // namespace flagstream::flags
