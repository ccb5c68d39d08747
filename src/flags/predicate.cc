// SPDX-License-Identifier: Apache-2.0
#include "flags/predicate.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <utility>

#include "flags/number.h"
#include "flags/percentage.h"

namespace flagstream::flags {
namespace {

constexpr std::string_view kVersionSuffix = ":semver";

// Calls `take` with each part between commas.
template <class Take>
void SplitAtCommas(std::string_view text, Take take) {
  for (size_t begin = 0;;) {
    const size_t end = text.find(',', begin);
    take(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return;
    begin = end + 1;
  }
}

}  // namespace

Predicate::Predicate(const Condition& condition) : operation_(Prepare(condition)) {}

Predicate::Operation Predicate::Prepare(const Condition& condition) {
  const std::string_view name = condition.operator_name;
  const std::string_view text = condition.value ? *condition.value : std::string_view();
  if (name == "EQUAL") return PrepareComparison(Relation::kEqual, text);
  if (name == "NOT_EQUAL") return PrepareComparison(Relation::kNotEqual, text);
  if (name == "GREATER_THAN") return PrepareComparison(Relation::kGreater, text);
  if (name == "GREATER_THAN_INCLUSIVE") return PrepareComparison(Relation::kGreaterOrEqual, text);
  if (name == "LESS_THAN") return PrepareComparison(Relation::kLess, text);
  if (name == "LESS_THAN_INCLUSIVE") return PrepareComparison(Relation::kLessOrEqual, text);
  if (name == "CONTAINS") return PrepareContains(text);
  if (name == "NOT_CONTAINS") return Contains{text, /*negated=*/true};
  if (name == "IN") return PrepareIn(condition, text);
  if (name == "REGEX") return PrepareRegex(text);
  if (name == "MODULO") return PrepareModulo(text);
  if (name == "IS_SET") return IsSet{true};
  if (name == "IS_NOT_SET") return IsSet{false};
  if (name == "PERCENTAGE_SPLIT") return PrepareSplit(text);
  return Never();
}

Predicate::Operation Predicate::PrepareComparison(Relation relation, std::string_view text) {
  Comparison comparison{.relation = relation,
                        .text = text,
                        .boolean = text != "False" && text != "false",
                        .integer = ParseInteger(text),
                        .number = ParseFloat(text),
                        .is_version = text.ends_with(kVersionSuffix),
                        .version = {}};
  if (comparison.is_version) {
    text.remove_suffix(kVersionSuffix.size());
    comparison.version = ParseVersion(text);
  }
  return comparison;
}

Predicate::Operation Predicate::PrepareContains(std::string_view text) {
  if (!text.ends_with(kVersionSuffix)) return Contains{text, /*negated=*/false};
  text.remove_suffix(kVersionSuffix.size());
  return ContainsInVersion{text};
}

Predicate::Operation Predicate::PrepareIn(const Condition& condition, std::string_view text) {
  In in;
  if (condition.list) {
    in.texts.insert(condition.list->begin(), condition.list->end());
  } else {
    SplitAtCommas(text, [&](std::string_view part) { in.texts.insert(part); });
  }
  return in;
}

Predicate::Operation Predicate::PrepareRegex(std::string_view text) {
  std::optional<Regex> regex = Regex::Compile(text);
  if (!regex) return Never();
  return std::move(*regex);
}

Predicate::Operation Predicate::PrepareModulo(std::string_view text) {
  const size_t bar = text.find('|');
  if (bar == std::string_view::npos) return Never();
  // A second bar makes the remainder no number.
  const std::optional<double> divisor = ParseFloat(text.substr(0, bar));
  const std::optional<double> remainder = ParseFloat(text.substr(bar + 1));
  if (!divisor || !remainder || *divisor == 0) return Never();
  return Modulo{*divisor, *remainder};
}

Predicate::Operation Predicate::PrepareSplit(std::string_view text) {
  const std::optional<double> percentage = ParseFloat(text);
  if (!percentage) return Never();
  return Split{*percentage};
}

bool Predicate::IsTrueOf(const Scalar& value, std::string_view segment_key) const {
  if (const auto* is_set = std::get_if<IsSet>(&operation_)) return IsNull(value) != is_set->wanted;
  if (IsNull(value)) return false;
  if (const auto* split = std::get_if<Split>(&operation_)) {
    return HashPercentage(segment_key, ScalarText(value).view()) <= split->percentage;
  }
  return std::visit(
      [&](const auto& operation) {
        if constexpr (requires { Test(operation, value); }) return Test(operation, value);
        return false;  // Never; the others are done
      },
      operation_);
}

bool Predicate::Test(const Comparison& comparison, const Scalar& value) {
  std::partial_ordering order = std::partial_ordering::unordered;
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (!comparison.is_version) {
      order = *text <=> comparison.text;
    } else {
      const std::optional<Version> version = ParseVersion(*text);
      if (!version || !comparison.version) return false;
      order = CompareVersions(*version, *comparison.version);
    }
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    order = *boolean <=> comparison.boolean;
  } else if (const auto* number = std::get_if<double>(&value)) {
    if (!comparison.number) return false;
    order = *number <=> *comparison.number;
  } else {
    if (!comparison.integer) return false;
    order = CompareIntegers(value, *comparison.integer);
  }
  switch (comparison.relation) {
    case Relation::kEqual:
      return order == 0;
    case Relation::kNotEqual:
      return order != 0;
    case Relation::kGreater:
      return order > 0;
    case Relation::kGreaterOrEqual:
      return order >= 0;
    case Relation::kLess:
      return order < 0;
    case Relation::kLessOrEqual:
      return order <= 0;
  }
  return false;
}

bool Predicate::Test(const Contains& contains, const Scalar& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return false;
  return (text->find(contains.text) == std::string_view::npos) == contains.negated;
}

bool Predicate::Test(const ContainsInVersion& contains, const Scalar& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return false;
  const std::optional<Version> version = ParseVersion(*text);
  if (!version || contains.text.empty()) return false;
  return version->prerelease == contains.text || version->build == contains.text;
}

bool Predicate::Test(const In& in, const Scalar& value) {
  if (std::holds_alternative<bool>(value) || std::holds_alternative<double>(value)) return false;
  return in.texts.contains(ScalarText(value).view());
}

bool Predicate::Test(const Regex& regex, const Scalar& value) {
  return regex.MatchesStartOf(ScalarText(value).view());
}

bool Predicate::Test(const Modulo& modulo, const Scalar& value) {
  const std::optional<double> number = DoubleOf(value);
  if (!number) return false;
  // Floored: the result has the divisor's sign, or is zero.
  double remainder = std::fmod(*number, modulo.divisor);
  if (remainder != 0 && (remainder < 0) != (modulo.divisor < 0)) remainder += modulo.divisor;
  return remainder == modulo.remainder;
}

}  // namespace flagstream::flags
