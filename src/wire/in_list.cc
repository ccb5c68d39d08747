// SPDX-License-Identifier: Apache-2.0
#include "wire/in_list.h"

#include "wire/python_text.h"

namespace flagstream::wire {

std::optional<std::vector<std::string>> ParseInList(std::string_view text) {
  if (!text.starts_with('[')) return std::nullopt;
  const Result<Json> json = ParseJson(text, {.keeps_big_integers = true});
  if (!json) return std::nullopt;
  return InListOf(*json->AsArray());
}

std::vector<std::string> InListOf(const Json::Array& elements) {
  std::vector<std::string> texts;
  texts.reserve(elements.size());
  for (const Json& element : elements) texts.push_back(PythonText(element));
  return texts;
}

}  // namespace flagstream::wire
