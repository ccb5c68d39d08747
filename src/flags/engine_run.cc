// SPDX-License-Identifier: Apache-2.0
#include "flags/engine_run.h"

#include <algorithm>

#include "base/assert.h"
#include "flags/context_document.h"

namespace flagstream::flags {

EngineRun::EngineRun(const Engine& engine, const ContextIdentity* identity,
                     std::span<const OwnOverride> own)
    : engine_(engine), identity_(identity), own_(own) {}

void EngineRun::Run(Evaluation& result) {
  FillSlots();
  matches_.resize(engine_.segments_.size(), Match::kUnknown);
  strongest_.resize(engine_.features_.size());
  if (engine_.reads_flags_) {
    worked_out_.resize(engine_.features_.size());
    is_circular_.resize(engine_.features_.size());
  }
  MatchSegments(result);
  for (uint32_t i = 0; i < strongest_.size(); ++i) {
    const bool read = engine_.reads_flags_ && worked_out_[i];
    FlagOutcome& flag = result.flags.emplace_back();
    flag = read ? *worked_out_[i] : OutcomeOf(i, strongest_[i]);
    if (engine_.reads_flags_ && is_circular_[i]) flag.reason = Reason::kCircular;
  }
}

// Types each trait that some condition looks at, once.
void EngineRun::FillSlots() {
  slots_.resize(engine_.trait_slots_.size());
  if (identity_ == nullptr || slots_.empty()) return;
  for (const ContextTrait& trait : identity_->traits) {
    const auto slot = engine_.trait_slots_.find(trait.name);
    if (slot != engine_.trait_slots_.end()) slots_[slot->second] = Typed(trait.value);
  }
}

void EngineRun::MatchSegments(Evaluation& result) {
  for (uint32_t i = 0; i < engine_.segments_.size(); ++i) {
    if (!MatchesFirst(i)) continue;
    result.segments.push_back(i);
    const IndexRange overrides = engine_.segments_[i].overrides;
    for (uint32_t j = overrides.begin; j < overrides.end; ++j) {
      const PreparedOverride& one = engine_.overrides_[j];
      Strengthen(one, strongest_[one.feature]);
    }
  }
}

// For the list of segments. One that reads flags is looked at anew: flags may have been worked out
// or found circular since.
bool EngineRun::MatchesFirst(uint32_t segment) {
  if (!engine_.segments_[segment].reads_flags) return MatchesRemembered(segment);
  const size_t cuts = cuts_;
  return IsInSegment(segment) && cuts_ == cuts;
}

bool EngineRun::MatchesRemembered(uint32_t segment) {
  if (matches_[segment] != Match::kUnknown) return matches_[segment] == Match::kYes;
  const size_t cuts = cuts_;
  const bool matches = IsInSegment(segment);
  if (cuts_ != cuts) return false;
  matches_[segment] = matches ? Match::kYes : Match::kNo;
  return matches;
}

bool EngineRun::IsInSegment(uint32_t segment) {
  const IndexRange rules = engine_.segments_[segment].rules;
  if (rules.empty()) return false;
  return Quantify(RuleType::kAll, rules,
                  [&](uint32_t rule) { return MatchesRule(engine_.rules_[rule], segment); });
}

// As deep as the rules are, which is at most kRuleDepthMax.
bool EngineRun::MatchesRule(const PreparedRule& rule, uint32_t segment) {
  const bool conditions = Quantify(rule.type, rule.conditions, [&](uint32_t condition) {
    return MatchesCondition(engine_.conditions_[condition], segment);
  });
  // Sub-rules are looked at even so if they may read flags: that can be seen.
  if (!conditions && !engine_.segments_[segment].reads_flags) return false;
  const bool rules = Quantify(rule.type, rule.rules, [&](uint32_t sub_rule) {
    return MatchesRule(engine_.rules_[sub_rule], segment);
  });
  return conditions && rules;
}

// Stops at the first that decides. Of none, any type is true.
template <class Test>
bool EngineRun::Quantify(RuleType type, IndexRange range, Test test) {
  if (range.empty()) return true;
  const bool deciding = type != RuleType::kAll;
  for (uint32_t i = range.begin; i < range.end; ++i) {
    if (test(i) == deciding) return type == RuleType::kAny;
  }
  return type != RuleType::kAny;
}

bool EngineRun::MatchesCondition(const PreparedCondition& condition, uint32_t segment) {
  return condition.predicate.IsTrueOf(Find(condition.lookup),
                                      engine_.context_.segments[segment].key);
}

Scalar EngineRun::Find(const Lookup& lookup) {
  if (lookup.kind == Lookup::Kind::kSplitKey) {
    return identity_ == nullptr ? Scalar() : Scalar(identity_->key);
  }
  // A trait whose name is the text of a path wins over what the path leads to.
  const Scalar& trait = slots_[lookup.slot];
  return lookup.kind == Lookup::Kind::kTrait || !IsNull(trait) ? trait : FindByPath(lookup);
}

Scalar EngineRun::FindByPath(const Lookup& lookup) {
  switch (lookup.kind) {
    case Lookup::Kind::kTrait:
    case Lookup::Kind::kSplitKey:
      break;
    case Lookup::Kind::kIdentifier:
      return identity_ == nullptr ? Scalar() : Typed(identity_->identifier);
    case Lookup::Kind::kKey:
      return identity_ == nullptr ? Scalar() : Typed(identity_->key);
    case Lookup::Kind::kTraitPath:
      return slots_[lookup.path_slot];
    case Lookup::Kind::kConstant:
      return lookup.constant;
    case Lookup::Kind::kFlag: {
      const FlagOutcome* flag = ReadFlag(lookup.feature);
      return flag == nullptr ? Scalar() : Typed(MemberOf(*flag, lookup.member));
    }
    case Lookup::Kind::kPath:
      return Typed(FindScalar(*engine_.root_, lookup.path, *this));
  }
  FLAGSTREAM_UNREACHABLE();
}

void EngineRun::Strengthen(const PreparedOverride& candidate, Strongest& strongest) {
  if (strongest.state != nullptr && strongest.rank < candidate.rank) return;
  strongest = {&candidate.state, candidate.segment, candidate.rank};
}

// Null: the identity has none for this feature.
const PreparedFeature* EngineRun::OwnState(uint32_t feature) const {
  const auto own = std::ranges::lower_bound(own_, feature, {}, &OwnOverride::feature);
  return own == own_.end() || own->feature != feature ? nullptr : own->state;
}

FlagOutcome EngineRun::OutcomeOf(uint32_t feature, const Strongest& strongest) const {
  FlagOutcome flag;
  const PreparedFeature* state = OwnState(feature);
  if (state != nullptr) {
    flag.segment = FlagOutcome::kOwnOverride;
  } else if (strongest.state != nullptr) {
    state = strongest.state;
    flag.segment = strongest.segment;
  } else {
    state = &engine_.features_[feature];
  }
  const bool targeted = !engine_.segments_of_feature_[feature].empty();
  flag.winner = state->feature;
  flag.reason = flag.segment != FlagOutcome::kNoSegment ? Reason::kTargetingMatch
                : targeted                              ? Reason::kDefault
                                                        : Reason::kStatic;
  if (identity_ == nullptr || state->weights.empty()) return flag;
  flag.variant = ChooseVariant(*state, identity_->key);
  if (flag.variant != FlagOutcome::kControl) flag.reason = Reason::kSplit;
  return flag;
}

const FlagOutcome* EngineRun::ReadFlag(uint32_t feature) {
  if (!worked_out_[feature]) WorkOutFlag(feature);
  return worked_out_[feature] ? &*worked_out_[feature] : nullptr;
}

void EngineRun::WorkOutFlag(uint32_t feature) {
  const auto open = std::ranges::find(stack_, feature);
  if (open != stack_.end()) return CutCircle(static_cast<size_t>(open - stack_.begin()));
  if (stack_.size() == kFlagDepthMax || ++reads_ > kFlagReadsMax) return CutCircle(0);
  stack_.push_back(feature);
  const Strongest strongest = FindStrongest(feature);
  stack_.pop_back();
  // What a circle gives is nothing that a condition may build on.
  if (!is_circular_[feature]) worked_out_[feature] = OutcomeOf(feature, strongest);
}

EngineRun::Strongest EngineRun::FindStrongest(uint32_t feature) {
  Strongest strongest;
  for (const uint32_t segment : engine_.segments_of_feature_[feature]) {
    if (!MatchesRemembered(segment)) continue;
    const IndexRange overrides = engine_.segments_[segment].overrides;
    for (uint32_t i = overrides.begin; i < overrides.end; ++i) {
      const PreparedOverride& one = engine_.overrides_[i];
      if (one.feature == feature) Strengthen(one, strongest);
    }
  }
  return strongest;
}

void EngineRun::CutCircle(size_t stack_begin) {
  for (size_t i = stack_begin; i < stack_.size(); ++i) is_circular_[stack_[i]] = true;
  ++cuts_;
}

Scalar EngineRun::MemberOf(const FlagOutcome& flag, FlagMember member) {
  switch (member) {
    case FlagMember::kEnabled:
      return flag.winner->enabled;
    case FlagMember::kName:
      return flag.winner->name;
    case FlagMember::kReason:
      return std::string_view(texts_.emplace_back(engine_.ReasonText(flag)));
    case FlagMember::kValue:
      return flag.value();
    case FlagMember::kVariant:
      return flag.variant_name();
    case FlagMember::kNone:
      return {};
  }
  FLAGSTREAM_UNREACHABLE();
}

const ContextNode* EngineRun::Identity() {
  if (identity_ == nullptr) return nullptr;
  if (!identity_node_) identity_node_ = NodeOf(*identity_);
  return &*identity_node_;
}

const ContextNode* EngineRun::Flag(std::string_view name) {
  const auto feature = std::ranges::find(engine_.context_.features, name, &ContextFeature::name);
  if (feature == engine_.context_.features.end()) return nullptr;
  const FlagOutcome* flag =
      ReadFlag(static_cast<uint32_t>(feature - engine_.context_.features.begin()));
  if (flag == nullptr) return nullptr;
  const auto leaf = [&](FlagMember member) { return ContextNode{MemberOf(*flag, member)}; };
  return &flag_nodes_.emplace_back(
      ContextNode{ContextNode::Object{{"enabled", leaf(FlagMember::kEnabled)},
                                      {"name", leaf(FlagMember::kName)},
                                      {"reason", leaf(FlagMember::kReason)},
                                      {"value", leaf(FlagMember::kValue)},
                                      {"variant", leaf(FlagMember::kVariant)}}});
}

}  // namespace flagstream::flags
