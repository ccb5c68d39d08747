// SPDX-License-Identifier: Apache-2.0
#include "api/admin/body_reader.h"

#include <charconv>
#include <cmath>
#include <string>

#include "wire/python_text.h"
#include "wire/time.h"

namespace flagstream::api {
namespace {

using service::Given;

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kNotNull = "This field may not be null.";

// Most elements of a list of ids.
constexpr size_t kKeysMax = 1'000;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string WrongKey(const wire::Json& value) {
  return "Incorrect type. Expected pk value, received " + std::string(wire::PythonTypeName(value)) +
         ".";
}

// Finite ones, and texts that are one.
std::optional<double> AsNumber(const wire::Json& value) {
  if (value.AsInteger() != nullptr) return static_cast<double>(*value.AsInteger());
  if (value.AsDouble() != nullptr) return *value.AsDouble();
  if (value.AsString() == nullptr) return std::nullopt;
  const std::string_view text = Trim(*value.AsString());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// Bounds are whole numbers.
std::string NumberText(double bound) { return std::to_string(static_cast<int64_t>(bound)); }

}  // namespace

BodyReader::BodyReader(const wire::Json& body) : body_(body) {
  if (body.AsObject() != nullptr) return;
  AddError("", "Invalid data. Expected a dictionary, but got " +
                   std::string(wire::PythonTypeName(body)) + ".");
}

Given<std::string> BodyReader::Text(std::string_view name, const wire::TextRule& rule,
                                    Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::string> text = wire::AsText(*value);
  if (!text) {
    AddError(name, "Not a valid string.");
    return std::nullopt;
  }
  std::string trimmed(Trim(*text));
  const std::string problem = wire::TextProblem(trimmed, rule);
  if (problem.empty()) return trimmed;
  AddError(name, problem);
  return std::nullopt;
}

Given<bool> BodyReader::Boolean(std::string_view name, Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::optional<bool> boolean = wire::AsBoolean(*value);
  if (!boolean) AddError(name, "Must be a valid boolean.");
  return boolean;
}

Given<double> BodyReader::Number(std::string_view name, double min, double max, Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::optional<double> number = AsNumber(*value);
  if (!number) {
    AddError(name, "A valid number is required.");
  } else if (*number < min) {
    AddError(name, "Ensure this value is greater than or equal to " + NumberText(min) + ".");
  } else if (*number > max) {
    AddError(name, "Ensure this value is less than or equal to " + NumberText(max) + ".");
  } else {
    return number;
  }
  return std::nullopt;
}

Given<int64_t> BodyReader::Integer(std::string_view name, Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::optional<int64_t> integer = wire::AsInteger(*value);
  if (!integer) AddError(name, "A valid integer is required.");
  return integer;
}

Given<int64_t> BodyReader::Key(std::string_view name, Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::optional<int64_t> key = wire::AsInteger(*value);
  if (!key) AddError(name, WrongKey(*value));
  return key;
}

Given<std::vector<int64_t>> BodyReader::Keys(std::string_view name, Presence presence) {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  const wire::Json::Array* elements = FindList(name, kKeysMax);
  if (elements == nullptr) return std::nullopt;
  std::vector<int64_t> keys;
  for (const wire::Json& element : *elements) {
    const std::optional<int64_t> key = wire::AsInteger(element);
    if (!key) {
      AddError(name, WrongKey(element));
      return std::nullopt;
    }
    keys.push_back(*key);
  }
  return keys;
}

Given<std::optional<std::string>> BodyReader::NullableText(std::string_view name,
                                                           const wire::TextRule& rule) {
  if (IsNull(name)) return std::optional<std::string>();
  Given<std::string> text = Text(name, rule);
  if (!text) return std::nullopt;
  return std::optional(*std::move(text));
}

Given<std::optional<bool>> BodyReader::NullableBoolean(std::string_view name) {
  if (IsNull(name)) return std::optional<bool>();
  const Given<bool> boolean = Boolean(name);
  if (!boolean) return std::nullopt;
  return std::optional(*boolean);
}

Given<std::optional<int64_t>> BodyReader::NullableInteger(std::string_view name) {
  if (IsNull(name)) return std::optional<int64_t>();
  const Given<int64_t> integer = Integer(name);
  if (!integer) return std::nullopt;
  return std::optional(*integer);
}

Given<std::optional<int64_t>> BodyReader::NullableTime(std::string_view name) {
  if (IsNull(name)) return std::optional<int64_t>();
  const wire::Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  const Result<int64_t> time =
      wire::ParseIsoTime(value->AsString() != nullptr ? *value->AsString() : "");
  if (time) return std::optional(*time);
  AddError(name,
           "Datetime has wrong format. Use one of these formats instead: "
           "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].");
  return std::nullopt;
}

void BodyReader::AddError(std::string_view field, std::string_view sentence) {
  errors_.push_back({std::string(field), std::string(sentence)});
}

void BodyReader::AddErrors(wire::FieldErrors found) {
  if (found.size() == 0) return;
  const Error error = std::move(found).ToError();
  errors_.insert(errors_.end(), error.fields().begin(), error.fields().end());
}

Result<void> BodyReader::Check() const {
  if (!errors_.empty()) return Error::InvalidFields(errors_);
  return {};
}

const wire::Json* BodyReader::FindValue(std::string_view name, Presence presence) {
  const wire::Json* value = Find(name);
  if (value != nullptr && !value->IsNull()) return value;
  // What is wrong with the body as a whole was said.
  if (body_.AsObject() == nullptr) return nullptr;
  if (value != nullptr) {
    AddError(name, kNotNull);
  } else if (presence == Presence::kRequired) {
    AddError(name, kRequired);
  }
  return nullptr;
}

const wire::Json::Array* BodyReader::FindList(std::string_view name, size_t elements_max) {
  const wire::Json* value = FindValue(name, Presence::kOptional);
  if (value == nullptr) return nullptr;
  const wire::Json::Array* elements = value->AsArray();
  if (elements == nullptr) {
    AddError(name, "Expected a list of items but got type \"" +
                       std::string(wire::PythonTypeName(*value)) + "\".");
    return nullptr;
  }
  if (elements->size() <= elements_max) return elements;
  AddError(name,
           "Ensure this field has no more than " + std::to_string(elements_max) + " elements.");
  return nullptr;
}

void BodyReader::AddErrorsOf(const BodyReader& part, const std::string& place) {
  for (const FieldError& error : part.errors_) {
    AddError(place + "." + (error.field.empty() ? "non_field_errors" : error.field), error.message);
  }
}

bool BodyReader::IsNull(std::string_view name) const {
  const wire::Json* value = Find(name);
  return value != nullptr && value->IsNull();
}

}  // namespace flagstream::api
