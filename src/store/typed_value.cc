// SPDX-License-Identifier: Apache-2.0
#include "store/typed_value.h"

#include <array>
#include <charconv>
#include <type_traits>
#include <variant>

namespace flagstream::store {
namespace {

constexpr std::string_view kText = "unicode";
constexpr std::string_view kInteger = "int";
constexpr std::string_view kFloat = "float";
constexpr std::string_view kBoolean = "bool";

std::string TextOf(bool value) { return value ? "true" : "false"; }
std::string TextOf(int64_t value) { return std::to_string(value); }
std::string TextOf(const std::string& value) { return value; }
std::string TextOf(double value) {
  std::array<char, 32> text{};  // the longest shortest form has 24 characters
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

constexpr std::string_view TypeOf(bool) { return kBoolean; }
constexpr std::string_view TypeOf(int64_t) { return kInteger; }
constexpr std::string_view TypeOf(double) { return kFloat; }
inline std::string_view TypeOf(const std::string&) { return kText; }

// All of `text`, or nothing.
template <class Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::optional<bool> ReadBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

// What `text` is when read as `value_type`, as one of the alternatives of Variant that allows for
// it.
template <class Variant>
std::optional<Variant> ReadAs(std::string_view value_type, const std::string& text) {
  const auto wrap = [](const auto& read) -> std::optional<Variant> {
    if (!read) return std::nullopt;
    return Variant(*read);
  };
  if (value_type == kText) return Variant(text);
  if (value_type == kInteger) return wrap(ReadNumber<int64_t>(text));
  if (value_type == kBoolean) return wrap(ReadBoolean(text));
  if constexpr (std::is_same_v<Variant, flags::TraitValue>) {
    if (value_type == kFloat) return wrap(ReadNumber<double>(text));
  }
  return std::nullopt;
}

Error Unreadable(std::string_view what, std::string_view value_type) {
  return {ErrorCode::kCorrupt, "A stored " + std::string(what) + " of the type \"" +
                                   std::string(value_type) + "\" cannot be read."};
}

}  // namespace

FlagColumns ToColumns(const flags::FlagValue& value) {
  return std::visit(
      [](const auto& held) -> FlagColumns {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return {std::string(kText), std::nullopt};
        } else {
          return {std::string(TypeOf(held)), TextOf(held)};
        }
      },
      value);
}

TraitColumns ToColumns(const flags::TraitValue& value) {
  return std::visit(
      [](const auto& held) -> TraitColumns { return {std::string(TypeOf(held)), TextOf(held)}; },
      value);
}

Result<flags::FlagValue> ReadFlagValue(std::string_view value_type,
                                       const std::optional<std::string>& text) {
  if (!text) return flags::FlagValue();
  auto value = ReadAs<flags::FlagValue>(value_type, *text);
  if (!value) return Unreadable("flag value", value_type);
  return *std::move(value);
}

Result<flags::TraitValue> ReadTraitValue(std::string_view value_type, const std::string& text) {
  auto value = ReadAs<flags::TraitValue>(value_type, text);
  if (!value) return Unreadable("trait", value_type);
  return *std::move(value);
}

}  // namespace flagstream::store
