// SPDX-License-Identifier: Apache-2.0
#include "store/segment_rows.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flags/rule_type.h"
#include "store/query.h"
#include "store/records.h"
#include "store/state_rows.h"
#include "wire/in_list.h"

namespace flagstream::store {
namespace {

// Deeper than anything the API and imports take.
constexpr int kRuleDepthMax = 8;

// The rules of all segments, from which each takes its own. Roots are filed under their segment,
// sub-rules under the rule above them, conditions under their rule; each list in its order.
struct RuleRows {
  std::unordered_map<int64_t, std::vector<SegmentRule>> roots;
  std::unordered_map<int64_t, std::vector<SegmentRule>> sub_rules;
  std::unordered_map<int64_t, std::vector<SegmentCondition>> conditions;

  Result<std::vector<flags::SegmentRule>> Take(const std::vector<SegmentRule>& rows, int depth);
  std::vector<flags::Condition> TakeConditions(int64_t rule);
};

std::vector<flags::Condition> RuleRows::TakeConditions(int64_t rule) {
  std::vector<flags::Condition> taken;
  for (SegmentCondition& row : conditions[rule]) {
    flags::Condition condition = {std::move(row.operator_name),
                                  std::move(row.property).value_or(""), std::move(row.value)};
    if (condition.operator_name == "IN" && condition.value) {
      condition.list = wire::ParseInList(*condition.value);
    }
    taken.push_back(std::move(condition));
  }
  return taken;
}

Result<std::vector<flags::SegmentRule>> RuleRows::Take(const std::vector<SegmentRule>& rows,
                                                       int depth) {
  std::vector<flags::SegmentRule> taken;
  taken.reserve(rows.size());
  for (const SegmentRule& row : rows) {
    const std::optional<flags::RuleType> type = flags::ParseRuleType(row.type);
    if (!type || depth > kRuleDepthMax) {
      return Error(ErrorCode::kCorrupt, "The rule " + std::to_string(row.id) + " of segment " +
                                            std::to_string(row.segment_id) + " makes no sense.");
    }
    FLAGSTREAM_ASSIGN(std::vector<flags::SegmentRule> below, Take(sub_rules[row.id], depth + 1));
    taken.push_back(
        {.type = *type, .conditions = TakeConditions(row.id), .rules = std::move(below)});
  }
  return taken;
}

template <class Row>
bool Precedes(const Row& a, const Row& b) {
  return a.position != b.position ? a.position < b.position : a.id < b.id;
}

Result<RuleRows> FindRules(Reader& reader, const std::vector<int64_t>& segments) {
  FLAGSTREAM_ASSIGN(std::vector<SegmentRule> rules,
                    FindByIds(reader, &SegmentRule::segment_id, segments));
  FLAGSTREAM_ASSIGN(std::vector<SegmentCondition> conditions,
                    FindByIds(reader, &SegmentCondition::segment_id, segments));
  std::ranges::sort(rules, Precedes<SegmentRule>);
  std::ranges::sort(conditions, Precedes<SegmentCondition>);
  RuleRows rows;
  for (SegmentRule& rule : rules) {
    auto& list = rule.parent_id ? rows.sub_rules[*rule.parent_id] : rows.roots[rule.segment_id];
    list.push_back(std::move(rule));
  }
  for (SegmentCondition& condition : conditions) {
    rows.conditions[condition.rule_id].push_back(std::move(condition));
  }
  return rows;
}

using OverridesBySegment = std::unordered_map<int64_t, std::vector<flags::SegmentOverride>>;

// A feature segment without a state overrides nothing yet.
Result<OverridesBySegment> FindOverrides(Reader& reader, EnvironmentId environment) {
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> links,
                    Find(reader, Select<FeatureSegment>().Where(&FeatureSegment::environment_id,
                                                                environment.value)));
  if (links.empty()) return OverridesBySegment();
  FLAGSTREAM_ASSIGN(std::vector<StateRow> states,
                    FindStates(reader, Select<FeatureState>()
                                           .Where(&FeatureState::environment_id, environment.value)
                                           .WhereNotNull(&FeatureState::feature_segment_id)));
  std::unordered_map<int64_t, flags::FeatureState*> by_link;
  for (StateRow& row : states) by_link.emplace(*row.feature_segment_id, &row.state);
  OverridesBySegment overrides;
  for (const FeatureSegment& link : links) {
    const auto state = by_link.find(link.id);
    if (state == by_link.end()) continue;
    overrides[link.segment_id].push_back({{link.id}, link.priority, std::move(*state->second)});
  }
  for (auto& [segment, list] : overrides) {
    std::ranges::sort(list, {},
                      [](const flags::SegmentOverride& one) { return one.state.feature; });
  }
  return overrides;
}

}  // namespace

Result<void> ReadSegments(Reader& reader, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(
      std::vector<Segment> segments,
      Find(reader, Select<Segment>().Where(&Segment::project_id, environment.project.id.value)));
  if (segments.empty()) return {};
  std::vector<int64_t> ids;
  ids.reserve(segments.size());
  for (const Segment& segment : segments) ids.push_back(segment.id);
  FLAGSTREAM_ASSIGN(RuleRows rules, FindRules(reader, ids));
  FLAGSTREAM_ASSIGN(OverridesBySegment overrides, FindOverrides(reader, environment.id));
  environment.segments.reserve(segments.size());
  for (Segment& segment : segments) {
    FLAGSTREAM_ASSIGN(std::vector<flags::SegmentRule> taken,
                      rules.Take(rules.roots[segment.id], 1));
    flags::Segment made = {.id = {segment.id},
                           .name = std::move(segment.name),
                           .rules = std::move(taken),
                           .overrides = std::move(overrides[segment.id])};
    if (segment.feature_id) made.feature = FeatureId{*segment.feature_id};
    environment.segments.push_back(std::move(made));
  }
  return {};
}

}  // namespace flagstream::store
