// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/flagsmith_objects.h"

#include <algorithm>
#include <utility>

namespace flagstream::service {
namespace {

using wire::Json;
using wire::JsonPlace;

// Between the parts of a natural key; no part has it.
constexpr char kSeparator = '\n';

std::string TextOf(const JsonPlace& fields, std::string_view name) {
  const auto member = fields.MemberIfAny(name);
  const std::string* text = member ? member->value().AsString() : nullptr;
  return text == nullptr ? "" : *text;
}

// What Flagsmith's exports call an object of the model by.
std::string NaturalKey(const std::string& model, const JsonPlace& fields) {
  if (model == "environments.environment") return TextOf(fields, "api_key");
  if (model == "environments.environmentapikey") return TextOf(fields, "key");
  if (model != "identities.identity") return TextOf(fields, "uuid");
  const auto environment = fields.MemberIfAny("environment");
  if (!environment) return "";
  return TextOf(fields, "identifier") + kSeparator + KeyOf(*environment);
}

}  // namespace

std::string KeyOf(const JsonPlace& reference) {
  if (const int64_t* id = reference.value().AsInteger()) return "#" + std::to_string(*id);
  if (const std::string* text = reference.value().AsString()) return *text;
  const Json::Array* parts = reference.value().AsArray();
  if (parts == nullptr) return "";
  std::string key;
  for (size_t i = 0; i < parts->size(); ++i) {
    if (i > 0) key += kSeparator;
    key += KeyOf(JsonPlace((*parts)[i], ""));
  }
  return key;
}

std::string FlagsmithObject::Name() const {
  for (const std::string_view title : {"name", "label", "identifier", "trait_key", "uuid"}) {
    if (const std::string text = TextOf(fields, title); !text.empty()) return model + " " + text;
  }
  return model + " " + std::to_string(id);
}

Result<FlagsmithObjects> FlagsmithObjects::Read(const Json& dump) {
  FlagsmithObjects objects;
  FLAGSTREAM_ASSIGN(const auto elements, JsonPlace(dump, "").Elements());
  for (const JsonPlace& element : elements) FLAGSTREAM_TRY(objects.Add(element));
  objects.Number();
  return objects;
}

Result<void> FlagsmithObjects::Add(const JsonPlace& element) {
  FLAGSTREAM_ASSIGN(std::string model, element.Text("model"));
  FLAGSTREAM_ASSIGN(const JsonPlace fields, element.Member("fields"));
  if (fields.value().AsObject() == nullptr) return fields.Wrong("must be an object");
  std::ranges::transform(model, model.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  FlagsmithObject object = {model, {}, 0, fields};
  const auto pk = element.MemberIfAny("pk");
  const int64_t* number = pk ? pk->value().AsInteger() : nullptr;
  if (number == nullptr) without_ids_[model] = true;
  if (number != nullptr) object.id = *number;
  if (pk) object.keys.push_back(KeyOf(*pk));
  if (std::string key = NaturalKey(model, fields); !key.empty()) {
    object.keys.push_back(std::move(key));
  }
  objects_[model].push_back(std::move(object));
  return {};
}

void FlagsmithObjects::Number() {
  for (auto& [model, objects] : objects_) {
    if (KnowsIds(model)) {
      std::ranges::sort(objects, {}, &FlagsmithObject::id);
      continue;
    }
    int64_t next = 0;
    for (FlagsmithObject& object : objects) object.id = ++next;
  }
}

const std::vector<FlagsmithObject>& FlagsmithObjects::Of(const std::string& model) const {
  static const std::vector<FlagsmithObject> none;
  const auto found = objects_.find(model);
  return found == objects_.end() ? none : found->second;
}

bool FlagsmithObjects::KnowsIds(const std::string& model) const {
  return !without_ids_.contains(model);
}

std::map<std::string, size_t> FlagsmithObjects::Others(
    const std::vector<std::string_view>& known) const {
  std::map<std::string, size_t> others;
  for (const auto& [model, objects] : objects_) {
    if (std::ranges::find(known, model) == known.end()) others[model] = objects.size();
  }
  return others;
}

void FlagsmithObjects::Take(const FlagsmithObject& object) {
  for (const std::string& key : object.keys) taken_[object.model].emplace(key, object.id);
}

std::optional<int64_t> FlagsmithObjects::Find(const FlagsmithObject& object, std::string_view field,
                                              const std::string& model) const {
  const auto reference = object.fields.MemberIfAny(field);
  return reference ? FindReferred(*reference, model) : std::nullopt;
}

std::optional<int64_t> FlagsmithObjects::FindReferred(const JsonPlace& reference,
                                                      const std::string& model) const {
  const auto taken = taken_.find(model);
  if (taken == taken_.end()) return std::nullopt;
  const auto found = taken->second.find(KeyOf(reference));
  return found == taken->second.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace flagstream::service
