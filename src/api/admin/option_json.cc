// SPDX-License-Identifier: Apache-2.0
#include "api/admin/option_json.h"

#include <optional>
#include <string>

#include "service/limits.h"
#include "wire/request_fields.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kText = "unicode";
constexpr std::string_view kInteger = "int";
constexpr std::string_view kBoolean = "bool";

service::Given<std::string> ReadType(BodyReader& body) {
  service::Given<std::string> type = body.Text("type", {});
  if (!type || *type == kText || *type == kInteger || *type == kBoolean) return type;
  body.AddError("type", "\"" + *type + "\" is not a valid choice.");
  return std::nullopt;
}

}  // namespace

wire::Json OptionValueJson(const store::MultivariateOption& option) {
  if (!option.value) return {};
  if (option.value_type == kBoolean) return {*option.value == "true"};
  if (option.value_type == kInteger) {
    // Stored as digits.
    return wire::Json::From(wire::AsInteger(wire::Json(*option.value)));
  }
  return {*option.value};
}

wire::Json OptionJson(const store::MultivariateOption& option) {
  const auto value_if = [&](std::string_view type) {
    return option.value_type == type ? OptionValueJson(option) : wire::Json();
  };
  wire::Json json;
  json.Set("id", option.id);
  json.Set("uuid", option.uuid);
  json.Set("type", option.value_type);
  json.Set("integer_value", value_if(kInteger));
  json.Set("string_value", value_if(kText));
  json.Set("boolean_value", value_if(kBoolean));
  json.Set("default_percentage_allocation", option.default_percentage_allocation);
  json.Set("key", wire::Json::From(option.key));
  return json;
}

wire::Json OptionWithFeatureJson(const store::MultivariateOption& option) {
  return OptionJson(option).Set("feature", option.feature_id);
}

service::OptionInput ReadOption(BodyReader& body) {
  service::OptionInput input;
  input.value_type = ReadType(body);
  input.string_value = body.NullableText(
      "string_value", {.may_be_blank = true, .characters_max = service::kFlagValueLengthMax});
  input.integer_value = body.NullableInteger("integer_value");
  input.boolean_value = body.NullableBoolean("boolean_value");
  input.default_percentage_allocation = body.Number("default_percentage_allocation", 0, 100);
  return input;
}

}  // namespace flagstream::api
