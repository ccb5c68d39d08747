// SPDX-License-Identifier: Apache-2.0
#include "service/segment_view.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "service/limits.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Segment;
using store::SegmentCondition;
using store::SegmentRule;

template <class Row>
bool Precedes(const Row& a, const Row& b) {
  return a.position != b.position ? a.position < b.position : a.id < b.id;
}

// Rows filed under what they belong to, each list in its order.
struct RuleRows {
  std::unordered_map<int64_t, std::vector<SegmentRule>> roots;      // by segment
  std::unordered_map<int64_t, std::vector<SegmentRule>> sub_rules;  // by the rule above
  std::unordered_map<int64_t, std::vector<SegmentCondition>> conditions;

  std::vector<RuleView> Take(std::vector<SegmentRule>& rows, int depth);
};

std::vector<RuleView> RuleRows::Take(std::vector<SegmentRule>& rows, int depth) {
  std::vector<RuleView> taken;
  if (depth > kRuleDepthMax) return taken;
  taken.reserve(rows.size());
  for (SegmentRule& row : rows) {
    RuleView view;
    view.conditions = std::move(conditions[row.id]);
    view.rules = Take(sub_rules[row.id], depth + 1);
    view.rule = std::move(row);
    taken.push_back(std::move(view));
  }
  return taken;
}

Result<RuleRows> FindRules(store::Reader& reader, const std::vector<int64_t>& segments) {
  FLAGSTREAM_ASSIGN(std::vector<SegmentRule> rules,
                    store::FindByIds(reader, &SegmentRule::segment_id, segments));
  FLAGSTREAM_ASSIGN(std::vector<SegmentCondition> conditions,
                    store::FindByIds(reader, &SegmentCondition::segment_id, segments));
  std::ranges::sort(rules, Precedes<SegmentRule>);
  std::ranges::sort(conditions, Precedes<SegmentCondition>);
  RuleRows rows;
  for (SegmentRule& rule : rules) {
    auto& list = rule.parent_id ? rows.sub_rules[*rule.parent_id] : rows.roots[rule.segment_id];
    list.push_back(std::move(rule));
  }
  for (SegmentCondition& condition : conditions)
    rows.conditions[condition.rule_id].push_back(std::move(condition));
  return rows;
}

}  // namespace

Result<std::vector<SegmentView>> ViewSegments(store::Reader& reader,
                                              std::vector<Segment> segments) {
  std::vector<int64_t> ids;
  ids.reserve(segments.size());
  for (const Segment& segment : segments) ids.push_back(segment.id);
  FLAGSTREAM_ASSIGN(RuleRows rules, FindRules(reader, ids));
  std::vector<SegmentView> views;
  views.reserve(segments.size());
  for (Segment& segment : segments) {
    std::vector<RuleView> own = rules.Take(rules.roots[segment.id], 1);
    views.push_back({std::move(segment), std::move(own)});
  }
  return views;
}

Result<SegmentView> ViewSegment(store::Reader& reader, Segment segment) {
  std::vector<Segment> one;
  one.push_back(std::move(segment));
  FLAGSTREAM_ASSIGN(std::vector<SegmentView> views, ViewSegments(reader, std::move(one)));
  return std::move(views.front());
}

}  // namespace flagstream::service
