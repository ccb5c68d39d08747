// SPDX-License-Identifier: Apache-2.0
#include "service/feature_file_format.h"

#include <set>
#include <utility>

#include "service/feature_names.h"
#include "service/limits.h"
#include "wire/json.h"
#include "wire/request_fields.h"

namespace flagstream::service {
namespace {

using flags::FlagValue;
using wire::Json;

Error WrongFile(std::string sentence) { return Error::InvalidField("file", std::move(sentence)); }

struct ValueToJson {
  Json operator()(std::monostate /*null*/) const { return {}; }
  template <class T>
  Json operator()(const T& value) const {
    return Json(value);
  }
};

std::string_view TypeName(const FlagValue& value) {
  if (std::holds_alternative<bool>(value)) return "bool";
  return std::holds_alternative<int64_t>(value) ? "int" : "unicode";
}

Json OptionToJson(const FiledOption& option) {
  Json json;
  json.Set("percentage_allocation", option.percentage);
  json.Set("default_percentage_allocation", option.default_percentage);
  json.Set("value", std::visit(ValueToJson(), option.value));
  json.Set("type", TypeName(option.value));
  return json;
}

Json FeatureToJson(const FiledFeature& feature) {
  Json::Array options;
  for (const FiledOption& option : feature.options) options.push_back(OptionToJson(option));
  Json json;
  json.Set("name", feature.name);
  json.Set("default_enabled", feature.default_enabled);
  json.Set("is_server_key_only", feature.is_server_key_only);
  json.Set("initial_value", Json::From(feature.initial_value));
  json.Set("value", std::visit(ValueToJson(), feature.value));
  json.Set("type", options.empty() ? "STANDARD" : "MULTIVARIATE");
  json.Set("enabled", feature.enabled);
  json.Set("multivariate", std::move(options));
  return json;
}

// Reads the members of one object; what is wrong is said with `owner` in front.
class ObjectReader {
 public:
  ObjectReader(const Json& object, std::string owner) : object_(object), owner_(std::move(owner)) {}

  Result<bool> Boolean(std::string_view name, bool missing) const {
    const Json* value = object_.Find(name);
    if (value == nullptr) return missing;
    if (value->AsBool() == nullptr) return Wrong(name, "is not true or false");
    return *value->AsBool();
  }

  Result<double> Percentage(std::string_view name) const {
    const Json* value = object_.Find(name);
    double percentage = -1;
    if (value != nullptr && value->AsDouble() != nullptr) percentage = *value->AsDouble();
    if (value != nullptr && value->AsInteger() != nullptr)
      percentage = static_cast<double>(*value->AsInteger());
    if (!(percentage >= 0 && percentage <= 100)) return Wrong(name, "is not from 0 to 100");
    return percentage;
  }

  Result<std::optional<std::string>> Text(std::string_view name, size_t characters_max) const {
    const Json* value = object_.Find(name);
    if (value == nullptr || value->IsNull()) return std::optional<std::string>();
    if (value->AsString() == nullptr) return Wrong(name, "is no text");
    const std::string problem = wire::TextProblem(
        *value->AsString(), {.may_be_blank = true, .characters_max = characters_max});
    if (!problem.empty()) return Wrong(name, "cannot be taken: " + problem);
    return std::optional(*value->AsString());
  }

  Result<FlagValue> Value(std::string_view name) const {
    const Json* value = object_.Find(name);
    if (value == nullptr || value->IsNull()) return FlagValue();
    if (value->AsBool() != nullptr) return FlagValue(*value->AsBool());
    if (value->AsInteger() != nullptr) return FlagValue(*value->AsInteger());
    if (value->AsDouble() != nullptr) return FlagValue(flags::TextOf(*value->AsDouble()));
    FLAGSTREAM_ASSIGN(std::optional<std::string> text, Text(name, kFlagValueLengthMax));
    return FlagValue(*std::move(text));
  }

  const Json* Find(std::string_view name) const { return object_.Find(name); }
  Error Wrong(std::string_view name, std::string_view what) const {
    return WrongFile(owner_ + ": " + std::string(name) + " " + std::string(what) + ".");
  }

 private:
  const Json& object_;
  const std::string owner_;
};

Result<FiledOption> ParseOption(const Json& json, const std::string& owner) {
  const ObjectReader object(json, owner);
  FiledOption option;
  FLAGSTREAM_ASSIGN(option.value, object.Value("value"));
  FLAGSTREAM_ASSIGN(option.percentage, object.Percentage("percentage_allocation"));
  FLAGSTREAM_ASSIGN(option.default_percentage, object.Percentage("default_percentage_allocation"));
  return option;
}

Result<std::vector<FiledOption>> ParseOptions(const ObjectReader& feature,
                                              const std::string& owner) {
  std::vector<FiledOption> options;
  const Json* list = feature.Find("multivariate");
  if (list == nullptr || list->IsNull()) return options;
  if (list->AsArray() == nullptr) return feature.Wrong("multivariate", "is no list");
  double sum = 0;
  double default_sum = 0;
  for (const Json& element : *list->AsArray()) {
    FLAGSTREAM_ASSIGN(FiledOption option, ParseOption(element, owner));
    sum += option.percentage;
    default_sum += option.default_percentage;
    options.push_back(std::move(option));
  }
  if (sum > 100 || default_sum > 100)
    return feature.Wrong("multivariate", "gives away more than 100 %");
  return options;
}

Result<FiledFeature> ParseFeature(const Json& json, size_t index) {
  std::string owner = "Feature " + std::to_string(index + 1);
  FiledFeature feature;
  FLAGSTREAM_ASSIGN(const std::optional<std::string> name,
                    ObjectReader(json, owner).Text("name", kFeatureNameLengthMax));
  if (!name || name->empty()) return WrongFile(owner + " has no name.");
  feature.name = *name;
  const ObjectReader object(json, owner + " (" + feature.name + ")");
  FLAGSTREAM_ASSIGN(feature.default_enabled, object.Boolean("default_enabled", false));
  FLAGSTREAM_ASSIGN(feature.is_server_key_only, object.Boolean("is_server_key_only", false));
  FLAGSTREAM_ASSIGN(feature.initial_value, object.Text("initial_value", kFlagValueLengthMax));
  FLAGSTREAM_ASSIGN(feature.value, object.Value("value"));
  FLAGSTREAM_ASSIGN(feature.enabled, object.Boolean("enabled", false));
  FLAGSTREAM_ASSIGN(feature.options, ParseOptions(object, owner));
  return feature;
}

}  // namespace

std::string EncodeFeatureFile(const std::vector<FiledFeature>& features) {
  Json::Array all;
  for (const FiledFeature& feature : features) all.push_back(FeatureToJson(feature));
  return Json(std::move(all)).Dump();
}

Result<std::vector<FiledFeature>> ParseFeatureFile(std::string_view text) {
  if (text.size() > kFeatureFileBytesMax) {
    return WrongFile("The file has more than " + std::to_string(kFeatureFileBytesMax) + " bytes.");
  }
  const Result<Json> json = wire::ParseJson(text);
  if (!json) return WrongFile(json.error().message());
  if (json->AsArray() == nullptr) return WrongFile("The file is no list of features.");
  std::vector<FiledFeature> features;
  std::set<std::string> names;
  for (const Json& element : *json->AsArray()) {
    FLAGSTREAM_ASSIGN(FiledFeature feature, ParseFeature(element, features.size()));
    if (!names.insert(FoldFeatureName(feature.name)).second)
      return WrongFile("The feature " + feature.name + " is there twice.");
    features.push_back(std::move(feature));
  }
  return features;
}

}  // namespace flagstream::service
