// SPDX-License-Identifier: Apache-2.0
#include "api/admin/segment_json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/admin/time_json.h"
#include "service/limits.h"
#include "wire/request_fields.h"

namespace flagstream::api {
namespace {

using service::ConditionInput;
using service::RuleInput;

// Most elements of a list that are looked at; how many a segment may have is said by its limits.
constexpr size_t kElementsMax = 1'000;
constexpr int kTopLevel = 1;

wire::Json ConditionsJson(const std::vector<store::SegmentCondition>& conditions) {
  wire::Json::Array list;
  list.reserve(conditions.size());
  for (const store::SegmentCondition& condition : conditions) {
    wire::Json json;
    json.Set("id", condition.id);
    json.Set("operator", condition.operator_name);
    json.Set("property", wire::Json::From(condition.property));
    json.Set("value", wire::Json::From(condition.value));
    json.Set("description", wire::Json::From(condition.description));
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

// Only those of the top level show their sub-rules: the others have none.
wire::Json RulesJson(const std::vector<service::RuleView>& rules, int level) {
  wire::Json::Array list;
  list.reserve(rules.size());
  for (const service::RuleView& view : rules) {
    wire::Json json;
    json.Set("id", view.rule.id);
    json.Set("type", view.rule.type);
    if (level == kTopLevel) json.Set("rules", RulesJson(view.rules, level + 1));
    json.Set("conditions", ConditionsJson(view.conditions));
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

int64_t ReadId(wire::RequestFields& fields) {
  const wire::Json* id = fields.Find("id");
  return id == nullptr || id->IsNull() ? 0 : fields.ReadInteger("id");
}

// Numbers and booleans count as the text Python has for them.
std::optional<std::string> ReadNullableText(wire::RequestFields& fields, std::string_view name,
                                            size_t characters_max) {
  const wire::Json* member = fields.Find(name);
  if (member == nullptr || member->IsNull()) return std::nullopt;
  if (const bool* boolean = member->AsBool()) return *boolean ? "True" : "False";
  return fields.ReadText(name, {.may_be_blank = true, .characters_max = characters_max});
}

// Unset if the element says that it is to go.
std::optional<ConditionInput> ReadCondition(const wire::Json& element, const std::string& path,
                                            wire::FieldErrors& errors) {
  wire::RequestFields fields(element, path, errors);
  if (fields.ReadBoolean("delete")) return std::nullopt;
  ConditionInput condition;
  condition.id = ReadId(fields);
  condition.operator_name = fields.ReadText("operator", {.required = true});
  condition.property = ReadNullableText(fields, "property", service::kConditionTextLengthMax);
  condition.value = ReadNullableText(fields, "value", service::kConditionTextLengthMax);
  condition.description = ReadNullableText(fields, "description", service::kDescriptionLengthMax);
  return condition;
}

std::vector<RuleInput> ReadRuleList(const wire::Json::Array& elements, const std::string& path,
                                    int level, wire::FieldErrors& errors);

// The same. What is nested deeper than any segment may be is not looked at, but counts.
std::optional<RuleInput> ReadRule(const wire::Json& element, const std::string& path, int level,
                                  wire::FieldErrors& errors) {
  wire::RequestFields fields(element, path, errors);
  if (fields.ReadBoolean("delete")) return std::nullopt;
  RuleInput rule;
  rule.id = ReadId(fields);
  rule.type = fields.ReadText("type", {.required = true});
  const wire::Json::Array& conditions =
      fields.ReadList("conditions", /*required=*/false, kElementsMax);
  for (size_t i = 0; i < conditions.size(); ++i) {
    auto condition =
        ReadCondition(conditions[i], fields.PathOf("conditions." + std::to_string(i)), errors);
    if (condition) rule.conditions.push_back(*std::move(condition));
  }
  const wire::Json::Array& rules = fields.ReadList("rules", /*required=*/false, kElementsMax);
  if (level <= service::kRuleDepthMax)
    rule.rules = ReadRuleList(rules, fields.PathOf("rules"), level + 1, errors);
  return rule;
}

std::vector<RuleInput> ReadRuleList(const wire::Json::Array& elements, const std::string& path,
                                    int level, wire::FieldErrors& errors) {
  std::vector<RuleInput> rules;
  for (size_t i = 0; i < elements.size(); ++i) {
    auto rule = ReadRule(elements[i], path + "." + std::to_string(i), level, errors);
    if (rule) rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace

wire::Json SegmentJson(const service::SegmentView& view) {
  const store::Segment& segment = view.segment;
  wire::Json json;
  json.Set("id", segment.id);
  json.Set("uuid", segment.uuid);
  json.Set("created_at", TimeJson(segment.created_at));
  json.Set("updated_at", TimeJson(segment.updated_at));
  json.Set("name", segment.name);
  json.Set("description", wire::Json::From(segment.description));
  json.Set("project", segment.project_id);
  json.Set("feature", wire::Json::From(segment.feature_id));
  json.Set("version_of", segment.id);
  json.Set("rules", RulesJson(view.rules, kTopLevel));
  json.Set("metadata", wire::Json::Array());
  json.Set("membership_counts", wire::Json::Array());
  json.Set("managed_by", "");
  return json;
}

service::Given<std::vector<RuleInput>> ReadRules(BodyReader& body, Presence presence) {
  const wire::Json* value = body.Find("rules");
  if (value == nullptr) {
    if (presence == Presence::kRequired) body.AddError("rules", "This field is required.");
    return std::nullopt;
  }
  wire::FieldErrors errors;
  const wire::Json::Array& elements = wire::ReadElements(*value, "rules", kElementsMax, errors);
  std::vector<RuleInput> rules = ReadRuleList(elements, "rules", kTopLevel, errors);
  body.AddErrors(std::move(errors));
  return rules;
}

}  // namespace flagstream::api
