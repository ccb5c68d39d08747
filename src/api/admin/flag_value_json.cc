// SPDX-License-Identifier: Apache-2.0
#include "api/admin/flag_value_json.h"

#include <optional>
#include <string>
#include <utility>

#include "wire/request_fields.h"

namespace flagstream::api {
namespace {

using flags::FlagValue;
using service::Given;

constexpr std::string_view kMember = "feature_state_value";

Given<FlagValue> TextValue(BodyReader& body, const wire::Json& value) {
  std::optional<std::string> text = wire::AsText(value);
  if (text && text->find('\0') == std::string::npos) return FlagValue(*std::move(text));
  body.AddError("string_value", text ? "Null characters are not allowed." : "Not a valid string.");
  return std::nullopt;
}

// A member of the typed form; null where it is missing.
const wire::Json& Part(const wire::Json& value, std::string_view name) {
  static const wire::Json null;
  const wire::Json* part = value.Find(name);
  return part != nullptr ? *part : null;
}

Given<FlagValue> IntegerValue(BodyReader& body, const wire::Json& value) {
  if (value.IsNull()) return FlagValue();
  if (const auto integer = wire::AsInteger(value)) return FlagValue(*integer);
  body.AddError("integer_value", "A valid integer is required.");
  return std::nullopt;
}

Given<FlagValue> BooleanValue(BodyReader& body, const wire::Json& value) {
  if (value.IsNull()) return FlagValue();
  if (const auto boolean = wire::AsBoolean(value)) return FlagValue(*boolean);
  body.AddError("boolean_value", "Must be a valid boolean.");
  return std::nullopt;
}

}  // namespace

wire::Json PlainValueJson(const FlagValue& value) {
  if (const bool* boolean = std::get_if<bool>(&value)) return {*boolean};
  if (const int64_t* integer = std::get_if<int64_t>(&value)) return {*integer};
  if (const std::string* text = std::get_if<std::string>(&value)) return {*text};
  return {};
}

wire::Json TypedValueJson(const FlagValue& value) {
  const bool is_integer = std::holds_alternative<int64_t>(value);
  const bool is_boolean = std::holds_alternative<bool>(value);
  const wire::Json plain = PlainValueJson(value);
  wire::Json json;
  json.Set("type", is_integer ? "int" : is_boolean ? "bool" : "unicode");
  json.Set("string_value", is_integer || is_boolean ? wire::Json() : plain);
  json.Set("integer_value", is_integer ? plain : wire::Json());
  json.Set("boolean_value", is_boolean ? plain : wire::Json());
  return json;
}

Given<FlagValue> ReadPlainValue(BodyReader& body) {
  const wire::Json* value = body.Find(kMember);
  if (value == nullptr) return std::nullopt;
  if (value->IsNull()) return FlagValue();
  if (const bool* boolean = value->AsBool()) return FlagValue(*boolean);
  if (const int64_t* integer = value->AsInteger()) return FlagValue(*integer);
  return TextValue(body, *value);
}

Given<FlagValue> ReadTypedValue(BodyReader& body) {
  const wire::Json* value = body.Find(kMember);
  if (value == nullptr) return std::nullopt;
  if (value->AsObject() == nullptr) {
    body.AddError(kMember, "Invalid data. Expected a dictionary.");
    return std::nullopt;
  }
  const wire::Json* type = value->Find("type");
  const std::string name =
      type != nullptr && type->AsString() != nullptr ? *type->AsString() : "unicode";
  if (name == "int") return IntegerValue(body, Part(*value, "integer_value"));
  if (name == "bool") return BooleanValue(body, Part(*value, "boolean_value"));
  if (name == "unicode") {
    const wire::Json& text = Part(*value, "string_value");
    return text.IsNull() ? Given<FlagValue>(FlagValue()) : TextValue(body, text);
  }
  body.AddError(kMember, "\"" + name + "\" is not a valid choice.");
  return std::nullopt;
}

}  // namespace flagstream::api
