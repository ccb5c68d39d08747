// SPDX-License-Identifier: Apache-2.0
#include "wire/request_fields.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "flags/value.h"
#include "wire/python_text.h"
#include "wire/utf8.h"

namespace flagstream::wire {
namespace {

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kOfTheWhole = "non_field_errors";

const Json::Array& NoElements() {
  static const Json::Array none;
  return none;
}

std::string Join(const std::string& path, std::string_view name) {
  if (path.empty()) return std::string(name);
  return path + '.' + std::string(name);
}

// Of the body itself the path is empty, which Error knows how to show.
std::string PathOfTheWhole(const std::string& path) {
  return path.empty() ? std::string() : Join(path, kOfTheWhole);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
  });
  return lower;
}

}  // namespace

// Text and numbers; true, lists and objects are no text.
std::optional<std::string> AsText(const Json& value) {
  if (value.AsString() != nullptr) return *value.AsString();
  if (value.AsInteger() != nullptr) return std::to_string(*value.AsInteger());
  if (value.AsDouble() != nullptr) return flags::TextOf(*value.AsDouble());
  return std::nullopt;
}

// All that the reference takes for a boolean.
std::optional<bool> AsBoolean(const Json& value) {
  if (value.AsBool() != nullptr) return *value.AsBool();
  const std::optional<std::string> text = AsText(value);
  if (!text) return std::nullopt;
  const std::string lower = LowerCase(*text);
  for (const std::string_view yes : {"true", "t", "yes", "y", "on", "1", "1.0"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"false", "f", "no", "n", "off", "0", "0.0"}) {
    if (lower == no) return false;
  }
  return std::nullopt;
}

std::optional<int64_t> AsInteger(const Json& value) {
  if (value.AsInteger() != nullptr) return *value.AsInteger();
  if (value.AsString() == nullptr) return std::nullopt;
  const std::string& text = *value.AsString();
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return integer;
}

std::string TextProblem(std::string_view text, const TextRule& rule) {
  if (text.empty() && !rule.may_be_blank) return "This field may not be blank.";
  if (!IsValidUtf8(text)) return "Not a valid string.";
  if (text.find('\0') != std::string_view::npos) return "Null characters are not allowed.";
  if (CountCodePoints(text) > rule.characters_max) {
    return "Ensure this field has no more than " + std::to_string(rule.characters_max) +
           " characters.";
  }
  return {};
}

RequestFields::RequestFields(const Json& value, std::string path, FieldErrors& errors)
    : value_(value),
      path_(std::move(path)),
      errors_(errors),
      is_object_(value.AsObject() != nullptr) {
  if (is_object_) return;
  errors_.Add(PathOfTheWhole(path_), "Invalid data. Expected a dictionary, but got " +
                                         std::string(PythonTypeName(value)) + ".");
}

const Json* RequestFields::FindRequired(std::string_view name) {
  const Json* member = Find(name);
  if (member == nullptr && is_object_) AddError(name, std::string(kRequired));
  return member;
}

std::string RequestFields::ReadText(std::string_view name, const TextRule& rule) {
  const Json* member = rule.required ? FindRequired(name) : Find(name);
  if (member == nullptr) return {};
  if (member->IsNull()) {
    if (!rule.may_be_null) AddError(name, "This field may not be null.");
    return {};
  }
  std::optional<std::string> text = AsText(*member);
  std::string problem = text ? TextProblem(*text, rule) : "Not a valid string.";
  if (problem.empty()) return *std::move(text);
  AddError(name, std::move(problem));
  return {};
}

bool RequestFields::ReadBoolean(std::string_view name) {
  const Json* member = Find(name);
  if (member == nullptr || member->IsNull()) return false;
  const std::optional<bool> boolean = AsBoolean(*member);
  if (!boolean) AddError(name, "Must be a valid boolean.");
  return boolean.value_or(false);
}

int64_t RequestFields::ReadInteger(std::string_view name) {
  const Json* member = FindRequired(name);
  if (member == nullptr) return 0;
  const std::optional<int64_t> integer = AsInteger(*member);
  if (!integer) AddError(name, "A valid integer is required.");
  return integer.value_or(0);
}

const Json::Array& RequestFields::ReadList(std::string_view name, bool required,
                                           size_t elements_max) {
  const Json* member = required ? FindRequired(name) : Find(name);
  if (member == nullptr || (member->IsNull() && !required)) return NoElements();
  return ReadElements(*member, PathOf(name), elements_max, errors_);
}

std::string RequestFields::PathOf(std::string_view name) const { return Join(path_, name); }

void RequestFields::AddError(std::string_view name, std::string sentence) {
  errors_.Add(PathOf(name), std::move(sentence));
}

const Json::Array& ReadElements(const Json& value, const std::string& path, size_t elements_max,
                                FieldErrors& errors) {
  const Json::Array* elements = value.AsArray();
  if (elements == nullptr) {
    errors.Add(PathOfTheWhole(path), "Expected a list of items but got type \"" +
                                         std::string(PythonTypeName(value)) + "\".");
    return NoElements();
  }
  if (elements->size() > elements_max) {
    errors.Add(PathOfTheWhole(path),
               "Ensure this field has no more than " + std::to_string(elements_max) + " elements.");
    return NoElements();
  }
  return *elements;
}

}  // namespace flagstream::wire
