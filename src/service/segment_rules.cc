// SPDX-License-Identifier: Apache-2.0
#include "service/segment_rules.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "flags/rule_type.h"
#include "service/condition_check.h"
#include "service/limits.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::SegmentCondition;
using store::SegmentRule;
using store::Select;

struct Size {
  size_t rules = 0;
  size_t conditions = 0;
};

// Stops below the depth that is allowed.
void Measure(const std::vector<RuleInput>& rules, int depth, Size& size) {
  if (depth > kRuleDepthMax) return;
  size.rules += rules.size();
  for (const RuleInput& rule : rules) {
    size.conditions += rule.conditions.size();
    Measure(rule.rules, depth + 1, size);
  }
}

bool IsTooDeep(const std::vector<RuleInput>& rules) {
  return std::ranges::any_of(rules, [](const RuleInput& rule) {
    return std::ranges::any_of(rule.rules,
                               [](const RuleInput& inner) { return !inner.rules.empty(); });
  });
}

std::string Exceeds(std::string_view what, size_t count, size_t max) {
  return "The segment has " + std::to_string(count) + " " + std::string(what) +
         "s, which exceeds the maximum " + std::string(what) + " count of " + std::to_string(max) +
         ".";
}

Result<void> CheckSize(const std::vector<RuleInput>& rules) {
  if (rules.empty())
    return Error::InvalidField("rules.non_field_errors", "This list may not be empty.");
  if (IsTooDeep(rules))
    return Error::InvalidField("segment", "A segment has at most two levels of rules.");
  Size size;
  Measure(rules, 1, size);
  if (size.conditions > kConditionsPerSegmentMax) {
    return Error::InvalidField("segment",
                               Exceeds("condition", size.conditions, kConditionsPerSegmentMax));
  }
  if (size.rules > kRulesPerSegmentMax)
    return Error::InvalidField("segment", Exceeds("rule", size.rules, kRulesPerSegmentMax));
  return {};
}

void CheckRule(const RuleInput& rule, const std::string& path, std::vector<FieldError>& errors) {
  if (!flags::ParseRuleType(rule.type))
    errors.push_back({path + ".type", "\"" + rule.type + "\" is not a valid choice."});
  for (size_t i = 0; i < rule.conditions.size(); ++i) {
    const ConditionInput& condition = rule.conditions[i];
    if (std::optional<FieldError> error =
            CheckCondition(condition.operator_name, condition.value)) {
      error->field = path + ".conditions." + std::to_string(i) + "." + error->field;
      errors.push_back(*std::move(error));
    }
  }
  for (size_t i = 0; i < rule.rules.size(); ++i)
    CheckRule(rule.rules[i], path + ".rules." + std::to_string(i), errors);
}

wire::Json DescribeConditions(const std::vector<ConditionInput>& conditions) {
  wire::Json::Array list;
  for (const ConditionInput& condition : conditions) {
    wire::Json json;
    json.Set("operator", condition.operator_name);
    json.Set("property", wire::Json::From(condition.property));
    json.Set("value", wire::Json::From(condition.value));
    json.Set("description", wire::Json::From(condition.description));
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

// Puts a definition in the place of another, row by row.
class RuleWriter {
 public:
  RuleWriter(store::Transaction& tx, SegmentId segment, const std::vector<RuleView>& known)
      : tx_(tx), segment_(segment) {
    Remember(known);
  }

  Result<void> WriteRules(const std::vector<RuleInput>& rules, std::optional<int64_t> parent);
  // What no rule or condition took over.
  Result<void> DeleteRest();

 private:
  void Remember(const std::vector<RuleView>& known);
  Result<void> WriteConditions(const std::vector<ConditionInput>& conditions, int64_t rule);

  // The row with that id, if it is still free; else a new one.
  template <class Row>
  static Row Take(std::unordered_map<int64_t, Row>& rows, int64_t id) {
    auto taken = rows.extract(id);
    return taken.empty() ? Row() : std::move(taken.mapped());
  }
  template <class Row>
  Result<void> Put(Row& row) {
    return row.id == 0 ? store::Insert(tx_, row) : store::Update(tx_, row);
  }
  template <class Row>
  Result<void> Delete(const std::unordered_map<int64_t, Row>& rows) {
    std::vector<int64_t> ids;
    ids.reserve(rows.size());
    for (const auto& [id, row] : rows) ids.push_back(id);
    if (ids.empty()) return {};
    FLAGSTREAM_TRY(store::Delete(tx_, Select<Row>().WhereIn(&Row::id, ids)));
    return {};
  }

  store::Transaction& tx_;
  const SegmentId segment_;
  std::unordered_map<int64_t, SegmentRule> rules_;
  std::unordered_map<int64_t, SegmentCondition> conditions_;
};

void RuleWriter::Remember(const std::vector<RuleView>& known) {
  for (const RuleView& view : known) {
    rules_.emplace(view.rule.id, view.rule);
    for (const SegmentCondition& condition : view.conditions)
      conditions_.emplace(condition.id, condition);
    Remember(view.rules);
  }
}

Result<void> RuleWriter::WriteRules(const std::vector<RuleInput>& rules,
                                    std::optional<int64_t> parent) {
  for (size_t i = 0; i < rules.size(); ++i) {
    SegmentRule row = Take(rules_, rules[i].id);
    row.segment_id = segment_.value;
    row.parent_id = parent;
    row.position = static_cast<int64_t>(i);
    row.type = rules[i].type;
    FLAGSTREAM_TRY(Put(row));
    FLAGSTREAM_TRY(WriteConditions(rules[i].conditions, row.id));
    FLAGSTREAM_TRY(WriteRules(rules[i].rules, row.id));
  }
  return {};
}

Result<void> RuleWriter::WriteConditions(const std::vector<ConditionInput>& conditions,
                                         int64_t rule) {
  for (size_t i = 0; i < conditions.size(); ++i) {
    const ConditionInput& given = conditions[i];
    SegmentCondition row = Take(conditions_, given.id);
    row.segment_id = segment_.value;
    row.rule_id = rule;
    row.position = static_cast<int64_t>(i);
    row.operator_name = given.operator_name;
    row.property = given.property;
    row.value = given.value;
    row.description = given.description;
    FLAGSTREAM_TRY(Put(row));
  }
  return {};
}

// Conditions first: with a rule go its own, and those may be free as well.
Result<void> RuleWriter::DeleteRest() {
  FLAGSTREAM_TRY(Delete(conditions_));
  return Delete(rules_);
}

}  // namespace

std::optional<Limit> ExceededLimit(const std::vector<RuleInput>& rules) {
  Size size;
  Measure(rules, 1, size);
  if (size.conditions > kConditionsPerSegmentMax) return Limit::kConditionsPerSegment;
  if (size.rules > kRulesPerSegmentMax) return Limit::kRulesPerSegment;
  return std::nullopt;
}

Result<void> CheckRules(const std::vector<RuleInput>& rules) {
  FLAGSTREAM_TRY(CheckSize(rules));
  std::vector<FieldError> errors;
  for (size_t i = 0; i < rules.size(); ++i)
    CheckRule(rules[i], "rules." + std::to_string(i), errors);
  if (!errors.empty()) return Error::InvalidFields(std::move(errors));
  return {};
}

std::vector<RuleInput> ToInput(const std::vector<RuleView>& rules) {
  std::vector<RuleInput> input;
  input.reserve(rules.size());
  for (const RuleView& view : rules) {
    RuleInput& rule = input.emplace_back();
    rule.id = view.rule.id;
    rule.type = view.rule.type;
    for (const SegmentCondition& row : view.conditions)
      rule.conditions.push_back(
          {row.id, row.operator_name, row.property, row.value, row.description});
    rule.rules = ToInput(view.rules);
  }
  return input;
}

wire::Json DescribeRules(const std::vector<RuleInput>& rules) {
  wire::Json::Array list;
  for (const RuleInput& rule : rules) {
    wire::Json json;
    json.Set("type", rule.type);
    json.Set("conditions", DescribeConditions(rule.conditions));
    json.Set("rules", DescribeRules(rule.rules));
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

Result<void> StoreRules(store::Transaction& tx, SegmentId segment,
                        const std::vector<RuleInput>& rules, const std::vector<RuleView>& known) {
  RuleWriter writer(tx, segment, known);
  FLAGSTREAM_TRY(writer.WriteRules(rules, std::nullopt));
  return writer.DeleteRest();
}

}  // namespace flagstream::service
