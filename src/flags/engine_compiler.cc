// SPDX-License-Identifier: Apache-2.0
#include "flags/engine_compiler.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "flags/context_document.h"

namespace flagstream::flags {
namespace {

// Constants are found outside the live parts.
class NoLiveContext final : public LiveContext {
 public:
  const ContextNode* Identity() override { return nullptr; }
  const ContextNode* Flag(std::string_view) override { return nullptr; }
};

int DepthOf(std::span<const SegmentRule> rules, int depth = 0) {
  // What is below the bound does not matter.
  if (rules.empty() || depth > kRuleDepthMax) return depth;
  int deepest = depth + 1;
  for (const SegmentRule& rule : rules) deepest = std::max(deepest, DepthOf(rule.rules, depth + 1));
  return deepest;
}

bool IsChild(const PathStep& step) { return step.kind == PathStep::Kind::kName && !step.descends; }

bool StartsWith(const JsonPath& path, std::string_view name) {
  return !path.empty() && IsChild(path.front()) && path.front().name == name;
}

FlagMember MemberOf(std::string_view name) {
  if (name == "enabled") return FlagMember::kEnabled;
  if (name == "name") return FlagMember::kName;
  if (name == "reason") return FlagMember::kReason;
  if (name == "value") return FlagMember::kValue;
  if (name == "variant") return FlagMember::kVariant;
  return FlagMember::kNone;
}

// Null, which is weaker than all numbers, comes last.
bool PrecedesByPriority(const Scalar& a, const Scalar& b) {
  if (IsNull(a) || IsNull(b)) return !IsNull(a) && IsNull(b);
  return CompareNumbers(a, b) < 0;
}

}  // namespace

PreparedFeature::PreparedFeature(const ContextFeature& given) : feature(&given) {
  weights.reserve(given.variants.size());
  for (size_t i = 0; i < given.variants.size(); ++i) {
    weights.push_back({.percent = DoubleOf(given.variants[i].weight).value_or(0),
                       .variant = static_cast<int32_t>(i)});
  }
  // Of equal priorities the first in the list stands first.
  std::ranges::sort(weights, [&](const Weight& a, const Weight& b) {
    const Scalar& priority_a = given.variants[static_cast<size_t>(a.variant)].priority;
    const Scalar& priority_b = given.variants[static_cast<size_t>(b.variant)].priority;
    if (PrecedesByPriority(priority_a, priority_b)) return true;
    return !PrecedesByPriority(priority_b, priority_a) && a.variant < b.variant;
  });
}

EngineCompiler::EngineCompiler(Engine& engine) : engine_(engine) {}

void EngineCompiler::Run() {
  const Context& context = engine_.context_;
  engine_.features_.reserve(context.features.size());
  for (const ContextFeature& feature : context.features) {
    features_.insert_or_assign(feature.name, static_cast<uint32_t>(engine_.features_.size()));
    engine_.features_.emplace_back(feature);
  }
  engine_.segments_of_feature_.resize(context.features.size());
  engine_.segments_.reserve(context.segments.size());
  for (uint32_t i = 0; i < context.segments.size(); ++i) AddSegment(i);
  RankOverrides();
  if (keeps_root_) engine_.root_ = std::move(root_);
}

void EngineCompiler::AddSegment(uint32_t index) {
  const ContextSegment& given = engine_.context_.segments[index];
  PreparedSegment segment;
  reads_flags_ = false;
  if (DepthOf(given.rules) <= kRuleDepthMax) segment.rules = AddRules(given.rules);
  segment.reads_flags = reads_flags_;
  engine_.reads_flags_ = engine_.reads_flags_ || reads_flags_;
  AddOverrides(index, segment);
  engine_.segments_.push_back(segment);
}

void EngineCompiler::AddOverrides(uint32_t segment_index, PreparedSegment& segment) {
  segment.overrides.begin = static_cast<uint32_t>(engine_.overrides_.size());
  for (const ContextFeature& given : engine_.context_.segments[segment_index].overrides) {
    // Overrides of features that are not there are dropped.
    const auto feature = features_.find(given.name);
    if (feature == features_.end()) continue;
    engine_.overrides_.push_back({.feature = feature->second,
                                  .segment = segment_index,
                                  .rank = 0,
                                  .state = PreparedFeature(given)});
    std::vector<uint32_t>& segments = engine_.segments_of_feature_[feature->second];
    if (segments.empty() || segments.back() != segment_index) segments.push_back(segment_index);
  }
  segment.overrides.end = static_cast<uint32_t>(engine_.overrides_.size());
}

// Of equal priorities the first in the order of the context wins.
void EngineCompiler::RankOverrides() {
  std::vector<PreparedOverride>& overrides = engine_.overrides_;
  std::vector<uint32_t> order(overrides.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    const Scalar& priority_a = overrides[a].state.feature->priority;
    const Scalar& priority_b = overrides[b].state.feature->priority;
    if (PrecedesByPriority(priority_a, priority_b)) return true;
    return !PrecedesByPriority(priority_b, priority_a) && a < b;
  });
  for (uint32_t i = 0; i < order.size(); ++i) overrides[order[i]].rank = i;
}

// Rules of one list stand side by side, so they are added before those below them.
IndexRange EngineCompiler::AddRules(std::span<const SegmentRule> rules) {
  const auto begin = static_cast<uint32_t>(engine_.rules_.size());
  const auto end = static_cast<uint32_t>(begin + rules.size());
  engine_.rules_.resize(end);
  for (size_t i = 0; i < rules.size(); ++i) {
    PreparedRule rule{.type = rules[i].type,
                      .conditions = AddConditions(rules[i].conditions),
                      .rules = AddRules(rules[i].rules)};
    engine_.rules_[begin + i] = rule;
  }
  return {begin, end};
}

IndexRange EngineCompiler::AddConditions(std::span<const Condition> conditions) {
  const auto begin = static_cast<uint32_t>(engine_.conditions_.size());
  for (const Condition& condition : conditions) {
    engine_.conditions_.push_back({MakeLookup(condition), Predicate(condition)});
  }
  return {begin, static_cast<uint32_t>(engine_.conditions_.size())};
}

Lookup EngineCompiler::MakeLookup(const Condition& condition) {
  Lookup lookup;
  if (condition.operator_name == "PERCENTAGE_SPLIT" && condition.property.empty()) {
    lookup.kind = Lookup::Kind::kSplitKey;
    return lookup;
  }
  lookup.slot = SlotOf(condition.property);
  if (!condition.property.starts_with("$.")) return lookup;
  std::optional<JsonPath> path = ParseJsonPath(condition.property);
  if (path) SetPath(std::move(*path), lookup);
  return lookup;
}

void EngineCompiler::SetPath(JsonPath path, Lookup& lookup) {
  if (StartsWith(path, "identity")) {
    if (SetIdentityPath(path, lookup)) return;
  } else if (StartsWith(path, "flags")) {
    SetFlagPath(path, lookup);
    return;
  } else if (IsChild(path.front())) {
    lookup.kind = Lookup::Kind::kConstant;
    lookup.constant = FindConstant(path);
    return;
  } else {
    // By a wildcard or `..` it may come to the flags.
    reads_flags_ = true;
  }
  lookup.kind = Lookup::Kind::kPath;
  lookup.path = std::move(path);
  Root();
  keeps_root_ = true;
}

// The usual paths into the identity, for which there is a shorter way.
bool EngineCompiler::SetIdentityPath(JsonPath& path, Lookup& lookup) {
  if (!std::ranges::all_of(path, IsChild)) return false;
  if (path.size() == 2 && path[1].name == "identifier") {
    lookup.kind = Lookup::Kind::kIdentifier;
    return true;
  }
  if (path.size() == 2 && path[1].name == "key") {
    lookup.kind = Lookup::Kind::kKey;
    return true;
  }
  if (path.size() == 3 && path[1].name == "traits") {
    lookup.kind = Lookup::Kind::kTraitPath;
    lookup.path = std::move(path);  // it owns the name
    lookup.path_slot = SlotOf(lookup.path.back().name);
    return true;
  }
  return false;
}

void EngineCompiler::SetFlagPath(const JsonPath& path, Lookup& lookup) {
  lookup.kind = Lookup::Kind::kConstant;
  const bool names_flag = path.size() >= 2 && IsChild(path[1]);
  if (names_flag && !features_.contains(path[1].name)) return;
  if (!names_flag && path.size() == 1) return;
  reads_flags_ = true;
  if (names_flag && path.size() <= 3 && (path.size() == 2 || IsChild(path[2]))) {
    lookup.kind = Lookup::Kind::kFlag;
    lookup.feature = features_.at(path[1].name);
    if (path.size() == 3) lookup.member = MemberOf(path[2].name);
    return;
  }
  lookup.kind = Lookup::Kind::kPath;
  lookup.path = path;
  Root();
  keeps_root_ = true;
}

Scalar EngineCompiler::FindConstant(const JsonPath& path) {
  NoLiveContext nothing;
  return Typed(FindScalar(Root(), path, nothing));
}

uint32_t EngineCompiler::SlotOf(std::string_view trait_name) {
  const auto next = static_cast<uint32_t>(engine_.trait_slots_.size());
  return engine_.trait_slots_.try_emplace(trait_name, next).first->second;
}

const ContextNode& EngineCompiler::Root() {
  if (!root_) root_ = RootOf(engine_.context_);
  return *root_;
}

}  // namespace flagstream::flags
