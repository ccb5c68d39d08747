// SPDX-License-Identifier: Apache-2.0
#include "api/header_list.h"

#include <algorithm>
#include <cstddef>

namespace flagstream::api {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view TrimBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, LowerAscii, LowerAscii);
}

std::string_view TakeListElement(std::string_view& list) {
  bool quoted = false;
  size_t end = 0;
  while (end < list.size() && (quoted || list[end] != ',')) {
    if (list[end] == '"') quoted = !quoted;
    ++end;
  }
  const std::string_view element = TrimBlanks(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

}  // namespace flagstream::api
