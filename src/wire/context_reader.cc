// SPDX-License-Identifier: Apache-2.0
#include "wire/context_reader.h"

#include <optional>
#include <utility>

#include "flags/rule_type.h"
#include "wire/in_list.h"
#include "wire/python_text.h"

namespace flagstream::wire {
namespace {

Error WrongType(std::string_view member) {
  return {ErrorCode::kInvalidArgument,
          "The context's member \"" + std::string(member) + "\" is missing or has the wrong type."};
}

bool IsAbsent(const Json* json) { return json == nullptr || json->IsNull(); }

flags::Scalar ScalarOf(const Json& json) {
  if (const bool* boolean = json.AsBool()) return *boolean;
  if (const int64_t* integer = json.AsInteger()) return *integer;
  if (const double* number = json.AsDouble()) return *number;
  if (const std::string* text = json.AsString()) return std::string_view(*text);
  if (const JsonBigInteger* big = json.AsBigInteger()) {
    std::string_view digits = big->text;
    const bool negative = digits.starts_with('-');
    return flags::IntegerOf(negative, digits.substr(negative ? 1 : 0));
  }
  return {};
}

// Null for what is no number.
flags::Scalar NumberOf(const Json* json) {
  if (json == nullptr || json->AsBool() != nullptr || json->AsString() != nullptr) return {};
  return ScalarOf(*json);
}

flags::ContextNode NodeOf(const Json& json);

flags::ContextNode::Object ObjectOf(const Json::Object& members) {
  flags::ContextNode::Object object;
  object.reserve(members.size());
  for (const auto& [name, value] : members) object.push_back({name, NodeOf(value)});
  return object;
}

// As deep as the value, which the parser bounded.
flags::ContextNode NodeOf(const Json& json) {
  if (const Json::Object* members = json.AsObject()) return {ObjectOf(*members)};
  const Json::Array* elements = json.AsArray();
  if (elements == nullptr) return {ScalarOf(json)};
  flags::ContextNode::Array array;
  array.reserve(elements->size());
  for (const Json& element : *elements) array.push_back(NodeOf(element));
  return {std::move(array)};
}

Result<std::string_view> TextOf(const Json& object, std::string_view name) {
  const Json* json = object.Find(name);
  const std::string* text = json == nullptr ? nullptr : json->AsString();
  if (text == nullptr) return WrongType(name);
  return std::string_view(*text);
}

// Keys are text even where they hold a number; some are written as one.
Result<std::string> KeyOf(const Json& object) {
  const Json* json = object.Find("key");
  if (IsAbsent(json) || json->AsArray() != nullptr || json->AsObject() != nullptr) {
    return WrongType("key");
  }
  return PythonText(*json);
}

// The members of an object or the elements of a list; absent ones are none.
Result<const Json::Object*> MembersOf(const Json& object, std::string_view name) {
  static const Json::Object kNone;
  const Json* json = object.Find(name);
  if (IsAbsent(json)) return &kNone;
  if (json->AsObject() == nullptr) return WrongType(name);
  return json->AsObject();
}
Result<const Json::Array*> ElementsOf(const Json& object, std::string_view name) {
  static const Json::Array kNone;
  const Json* json = object.Find(name);
  if (IsAbsent(json)) return &kNone;
  if (json->AsArray() == nullptr) return WrongType(name);
  return json->AsArray();
}

Result<flags::RuleType> RuleTypeOf(const Json& rule) {
  FLAGSTREAM_ASSIGN(const std::string_view name, TextOf(rule, "type"));
  if (const auto type = flags::ParseRuleType(name)) return *type;
  return WrongType("type");
}

}  // namespace

Result<void> ContextReader::Read(const Json& context) {
  if (context.AsObject() == nullptr) return WrongType("context");
  FLAGSTREAM_TRY(ReadEnvironment(context));
  FLAGSTREAM_TRY(ReadIdentity(context));
  FLAGSTREAM_ASSIGN(const Json::Object* segments, MembersOf(context, "segments"));
  for (const auto& [key, segment] : *segments) FLAGSTREAM_TRY(ReadSegment(segment));
  FLAGSTREAM_ASSIGN(const Json::Object* features, MembersOf(context, "features"));
  for (const auto& [key, json] : *features) {
    FLAGSTREAM_ASSIGN(flags::ContextFeature feature, ReadFeature(json));
    context_.features.push_back(std::move(feature));
    features_.push_back(&json);
  }
  context_.document = ObjectOf(*context.AsObject());
  return {};
}

Result<void> ContextReader::ReadEnvironment(const Json& context) {
  const Json* environment = context.Find("environment");
  if (environment == nullptr || environment->AsObject() == nullptr) return WrongType("environment");
  FLAGSTREAM_ASSIGN(context_.environment_key, TextOf(*environment, "key"));
  const Json* name = environment->Find("name");
  if (IsAbsent(name)) return {};
  FLAGSTREAM_ASSIGN(context_.environment_name, TextOf(*environment, "name"));
  return {};
}

// The reference takes an identity without any member for none.
Result<void> ContextReader::ReadIdentity(const Json& context) {
  const Json* identity = context.Find("identity");
  if (IsAbsent(identity)) return {};
  if (identity->AsObject() == nullptr) return WrongType("identity");
  if (identity->AsObject()->empty()) return {};
  has_identity_ = true;
  FLAGSTREAM_ASSIGN(identity_.identifier, TextOf(*identity, "identifier"));
  const Json* key = identity->Find("key");
  if (!IsAbsent(key) && *key != Json("")) {
    FLAGSTREAM_ASSIGN(identity_key_, KeyOf(*identity));
  } else {
    identity_key_.append(context_.environment_key).append("_").append(identity_.identifier);
  }
  identity_.key = identity_key_;
  FLAGSTREAM_ASSIGN(const Json::Object* traits, MembersOf(*identity, "traits"));
  for (const auto& [name, value] : *traits) traits_.push_back({name, TraitValueOf(value)});
  identity_.traits = traits_;
  return {};
}

flags::Scalar ContextReader::TraitValueOf(const Json& json) {
  if (json.AsArray() == nullptr && json.AsObject() == nullptr) return ScalarOf(json);
  return std::string_view(texts_.emplace_back(PythonText(json)));
}

Result<void> ContextReader::ReadSegment(const Json& json) {
  flags::ContextSegment segment;
  FLAGSTREAM_ASSIGN(segment.key, KeyOf(json));
  FLAGSTREAM_ASSIGN(segment.name, TextOf(json, "name"));
  FLAGSTREAM_ASSIGN(std::vector<flags::SegmentRule> rules, ReadRules(json.Find("rules")));
  segment.rules = rules_.emplace_back(std::move(rules));
  FLAGSTREAM_ASSIGN(const Json::Array* overrides, ElementsOf(json, "overrides"));
  for (const Json& one : *overrides) {
    FLAGSTREAM_ASSIGN(flags::ContextFeature feature, ReadFeature(one));
    segment.overrides.push_back(std::move(feature));
  }
  context_.segments.push_back(std::move(segment));
  segments_.push_back(&json);
  return {};
}

// Recursion is as deep as the JSON, which the parser bounded.
Result<std::vector<flags::SegmentRule>> ContextReader::ReadRules(const Json* json) {
  std::vector<flags::SegmentRule> rules;
  if (IsAbsent(json)) return rules;
  if (json->AsArray() == nullptr) return WrongType("rules");
  for (const Json& element : *json->AsArray()) {
    flags::SegmentRule rule;
    FLAGSTREAM_ASSIGN(rule.type, RuleTypeOf(element));
    FLAGSTREAM_ASSIGN(const Json::Array* conditions, ElementsOf(element, "conditions"));
    for (const Json& one : *conditions) {
      FLAGSTREAM_ASSIGN(flags::Condition condition, ReadCondition(one));
      rule.conditions.push_back(std::move(condition));
    }
    FLAGSTREAM_ASSIGN(rule.rules, ReadRules(element.Find("rules")));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<flags::Condition> ContextReader::ReadCondition(const Json& json) {
  flags::Condition condition;
  FLAGSTREAM_ASSIGN(condition.operator_name, TextOf(json, "operator"));
  if (!IsAbsent(json.Find("property"))) {
    FLAGSTREAM_ASSIGN(condition.property, TextOf(json, "property"));
  }
  const Json* value = json.Find("value");
  if (IsAbsent(value)) return condition;
  condition.value = PythonText(*value);
  if (condition.operator_name == "IN") {
    const Json::Array* list = value->AsArray();
    condition.list = list != nullptr ? InListOf(*list) : ParseInList(*condition.value);
  }
  return condition;
}

Result<flags::ContextFeature> ContextReader::ReadFeature(const Json& json) {
  flags::ContextFeature feature;
  FLAGSTREAM_ASSIGN(feature.key, KeyOf(json));
  FLAGSTREAM_ASSIGN(feature.name, TextOf(json, "name"));
  const Json* enabled = json.Find("enabled");
  if (enabled == nullptr || enabled->AsBool() == nullptr) return WrongType("enabled");
  feature.enabled = *enabled->AsBool();
  if (const Json* value = json.Find("value")) feature.value = ScalarOf(*value);
  feature.priority = NumberOf(json.Find("priority"));
  FLAGSTREAM_ASSIGN(feature.variants, ReadVariants(json.Find("variants")));
  return feature;
}

Result<std::vector<flags::ContextVariant>> ContextReader::ReadVariants(const Json* json) {
  std::vector<flags::ContextVariant> variants;
  if (IsAbsent(json)) return variants;
  if (json->AsArray() == nullptr) return WrongType("variants");
  for (const Json& element : *json->AsArray()) {
    flags::ContextVariant variant;
    const Json* value = element.Find("value");
    if (value == nullptr) return WrongType("value");
    variant.value = ScalarOf(*value);
    if (!IsAbsent(element.Find("key"))) {
      FLAGSTREAM_ASSIGN(variant.key, TextOf(element, "key"));
    }
    variant.weight = NumberOf(element.Find("weight"));
    if (flags::IsNull(variant.weight)) return WrongType("weight");
    variant.priority = NumberOf(element.Find("priority"));
    variants.push_back(variant);
  }
  return variants;
}

}  // namespace flagstream::wire
