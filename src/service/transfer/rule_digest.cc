// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/rule_digest.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/query.h"
#include "wire/json.h"

namespace flagstream::service {
namespace {

using store::SegmentCondition;
using store::SegmentRule;
using wire::Json;

// Deeper than anything the API takes; a chain of parents that is longer is a circle.
constexpr int kDepthMax = 8;

struct Rows {
  std::vector<SegmentRule> rules;
  std::vector<SegmentCondition> conditions;

  Json ToJson(int64_t segment, std::optional<int64_t> parent, int depth) const;
  Json ConditionsOf(int64_t rule) const;
};

Json Rows::ConditionsOf(int64_t rule) const {
  Json::Array list;
  for (const SegmentCondition& condition : conditions) {
    if (condition.rule_id != rule) continue;
    list.push_back(Json::Array{condition.operator_name, condition.property.value_or(""),
                               Json::From(condition.value)});
  }
  return list;
}

Json Rows::ToJson(int64_t segment, std::optional<int64_t> parent, int depth) const {
  Json::Array list;
  if (depth > kDepthMax) return list;
  for (const SegmentRule& rule : rules) {
    if (rule.segment_id != segment || rule.parent_id != parent) continue;
    list.push_back(
        Json::Array{rule.type, ConditionsOf(rule.id), ToJson(segment, rule.id, depth + 1)});
  }
  return list;
}

template <class Row>
auto Place(const Row& row) {
  return std::tuple(row.segment_id, row.position, row.id);
}

}  // namespace

RuleDigests::RuleDigests(std::vector<SegmentRule> rules, std::vector<SegmentCondition> conditions) {
  std::ranges::sort(rules, {}, Place<SegmentRule>);
  std::ranges::sort(conditions, {}, Place<SegmentCondition>);
  std::unordered_map<int64_t, Rows> by_segment;
  for (SegmentRule& rule : rules) {
    by_segment[rule.segment_id].rules.push_back(std::move(rule));
  }
  for (SegmentCondition& condition : conditions) {
    by_segment[condition.segment_id].conditions.push_back(std::move(condition));
  }
  for (const auto& [segment, rows] : by_segment) {
    texts_[segment] = rows.ToJson(segment, std::nullopt, 1).Dump();
  }
}

Result<RuleDigests> RuleDigests::Of(const Bundle& bundle) {
  FLAGSTREAM_ASSIGN(std::vector<SegmentRule> rules, bundle.All<SegmentRule>());
  FLAGSTREAM_ASSIGN(std::vector<SegmentCondition> conditions, bundle.All<SegmentCondition>());
  return RuleDigests(std::move(rules), std::move(conditions));
}

Result<RuleDigests> RuleDigests::Of(store::Reader& reader,
                                    const std::vector<store::Segment>& segments) {
  std::vector<int64_t> ids;
  ids.reserve(segments.size());
  for (const store::Segment& segment : segments) ids.push_back(segment.id);
  FLAGSTREAM_ASSIGN(std::vector<SegmentRule> rules,
                    store::FindByIds(reader, &SegmentRule::segment_id, ids));
  FLAGSTREAM_ASSIGN(std::vector<SegmentCondition> conditions,
                    store::FindByIds(reader, &SegmentCondition::segment_id, ids));
  return RuleDigests(std::move(rules), std::move(conditions));
}

const std::string& RuleDigests::Of(int64_t segment) const {
  static const std::string none;
  const auto found = texts_.find(segment);
  return found == texts_.end() ? none : found->second;
}

}  // namespace flagstream::service
