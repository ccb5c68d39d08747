// SPDX-License-Identifier: Apache-2.0
#include "wire/error_body.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/json.h"

namespace flagstream::wire {
namespace {

// No request has a list this long, so a larger number is a name.
constexpr size_t kIndexMax = 9'999;

// What is wrong at one place of the client's input and below it.
struct Place {
  std::vector<std::string> sentences;
  std::vector<std::pair<std::string, std::unique_ptr<Place>>> children;
};

Place& ChildOf(Place& parent, std::string_view name) {
  for (auto& [known, child] : parent.children) {
    if (known == name) return *child;
  }
  parent.children.emplace_back(name, std::make_unique<Place>());
  return *parent.children.back().second;
}

void Add(Place& root, const FieldError& error) {
  Place* place = &root;
  std::string_view rest = error.field;
  while (!rest.empty()) {
    const size_t dot = std::min(rest.find('.'), rest.size());
    place = &ChildOf(*place, rest.substr(0, dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  if (!error.message.empty()) place->sentences.push_back(error.message);
}

std::optional<size_t> AsIndex(std::string_view name) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return index <= kIndexMax ? std::optional(index) : std::nullopt;
}

bool IsList(const Place& place) {
  return !place.children.empty() && std::ranges::all_of(place.children, [](const auto& child) {
    return AsIndex(child.first).has_value();
  });
}

Json ToJson(const Place& place);

Json ListToJson(const Place& place) {
  Json::Array elements;
  for (const auto& [name, child] : place.children) {
    const size_t index = *AsIndex(name);
    if (index >= elements.size()) elements.resize(index + 1, Json(Json::Object()));
    elements[index] = ToJson(*child);
  }
  return elements;
}

Json SentencesToJson(const Place& place) {
  return Json::Array(place.sentences.begin(), place.sentences.end());
}

Json ObjectToJson(const Place& place) {
  Json::Object members;
  if (!place.sentences.empty()) members.emplace_back("non_field_errors", SentencesToJson(place));
  for (const auto& [name, child] : place.children) members.emplace_back(name, ToJson(*child));
  return members;
}

Json ToJson(const Place& place) {
  if (place.children.empty() && !place.sentences.empty()) return SentencesToJson(place);
  return IsList(place) ? ListToJson(place) : ObjectToJson(place);
}

}  // namespace

std::string EncodeErrorBody(const Error& error) {
  if (error.fields().empty()) return Json().Set("detail", error.message()).Dump();
  Place root;
  for (const FieldError& field : error.fields()) Add(root, field);
  return (IsList(root) ? ListToJson(root) : ObjectToJson(root)).Dump();
}

}  // namespace flagstream::wire
