// SPDX-License-Identifier: Apache-2.0
#include "flags/version.h"

#include <algorithm>

namespace flagstream::flags {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsIdentifierCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool IsNumeric(std::string_view text) { return std::ranges::all_of(text, IsDigit); }

// Takes what is before the first `mark` off, the mark too; all of it if there is none.
std::string_view TakeUntil(std::string_view& text, char mark) {
  const size_t end = std::min(text.find(mark), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && IsNumeric(text) && (text == "0" || text.front() != '0');
}

bool AreIdentifiers(std::string_view text, bool numbers_are_strict) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view identifier = TakeUntil(text, '.');
    if (identifier.empty() || !std::ranges::all_of(identifier, IsIdentifierCharacter)) return false;
    if (numbers_are_strict && IsNumeric(identifier) && !IsNumber(identifier)) return false;
  }
  return true;
}

// Takes the part after `mark` off the end; false if there is one and it is not right.
bool TakePart(std::string_view& text, char mark, bool numbers_are_strict, std::string_view& part) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return true;
  part = text.substr(at + 1);
  text = text.substr(0, at);
  return AreIdentifiers(part, numbers_are_strict);
}

std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::strong_ordering CompareIdentifiers(std::string_view a, std::string_view b) {
  const bool numeric_a = IsNumeric(a);
  const bool numeric_b = IsNumeric(b);
  if (numeric_a && numeric_b) return CompareNumbers(a, b);
  if (numeric_a != numeric_b) return numeric_b <=> numeric_a;
  return a <=> b;
}

std::strong_ordering ComparePrereleases(std::string_view a, std::string_view b) {
  // Without a prerelease is higher than with any.
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty()) {
    const auto order = CompareIdentifiers(TakeUntil(a, '.'), TakeUntil(b, '.'));
    if (order != std::strong_ordering::equal) return order;
  }
  return b.empty() <=> a.empty();
}

}  // namespace

std::optional<Version> ParseVersion(std::string_view text) {
  Version version;
  if (!TakePart(text, '+', /*numbers_are_strict=*/false, version.build)) return std::nullopt;
  if (!TakePart(text, '-', /*numbers_are_strict=*/true, version.prerelease)) return std::nullopt;
  if (std::ranges::count(text, '.') != 2) return std::nullopt;
  for (std::string_view& number : version.numbers) {
    number = TakeUntil(text, '.');
    if (!IsNumber(number)) return std::nullopt;
  }
  return version;
}

std::strong_ordering CompareVersions(const Version& a, const Version& b) {
  for (size_t i = 0; i < a.numbers.size(); ++i) {
    const auto order = CompareNumbers(a.numbers[i], b.numbers[i]);
    if (order != std::strong_ordering::equal) return order;
  }
  return ComparePrereleases(a.prerelease, b.prerelease);
}

}  // namespace flagstream::flags
