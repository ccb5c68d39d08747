// SPDX-License-Identifier: Apache-2.0
#include "store/memory_match.h"

#include <algorithm>

#include "base/assert.h"

namespace flagstream::store {
namespace {

bool IsNull(const Value& value) { return std::holds_alternative<std::monostate>(value); }

bool SameIgnoringAsciiCase(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return lower(a) == lower(b);
}

bool ContainsText(const Value& value, const Value& wanted) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) return false;
  const std::string& part = std::get<std::string>(wanted);
  return std::search(text->begin(), text->end(), part.begin(), part.end(), SameIgnoringAsciiCase) !=
             text->end() ||
         part.empty();
}

bool MatchesCondition(const Value& value, const Condition& condition) {
  const std::vector<Value>& wanted = condition.values;
  switch (condition.match) {
    case Match::kEqual:
      return value == wanted.front();
    case Match::kIn:
      return !IsNull(value) && std::find(wanted.begin(), wanted.end(), value) != wanted.end();
    case Match::kNotNull:
      return !IsNull(value);
    case Match::kGreater:
      return !IsNull(value) && value > wanted.front();
    case Match::kLess:
      return !IsNull(value) && value < wanted.front();
    case Match::kContainsText:
      return ContainsText(value, wanted.front());
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace

bool Matches(const Row& row, const Query& query) {
  return std::all_of(query.conditions.begin(), query.conditions.end(),
                     [&](const Condition& one) { return MatchesCondition(row[one.column], one); });
}

bool Precedes(const Row& a, const Row& b, const Query& query) {
  for (const Order& order : query.order) {
    const Value& left = a[order.column];
    const Value& right = b[order.column];
    if (left != right) return (left < right) != order.descending;
  }
  const bool descending = !query.order.empty() && query.order.back().descending;
  return (a[0] < b[0]) != descending;
}

}  // namespace flagstream::store
