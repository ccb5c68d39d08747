// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "flags/engine.h"

namespace flagstream::flags {

// One evaluation on its way. A flag that a condition reads is worked out when it is first read, by
// the segments that override it; flags that come back to one being worked out are in a circle, and
// a segment that met a circle does not match.
class EngineRun final : private LiveContext {
 public:
  EngineRun(const Engine& engine, const ContextIdentity* identity,
            std::span<const OwnOverride> own);

  void Run(Evaluation& result);

 private:
  // The strongest override of a feature so far; none: the feature's default.
  struct Strongest {
    const PreparedFeature* state = nullptr;
    uint32_t segment = FlagOutcome::kNoSegment;
    uint32_t rank = 0;
  };
  enum class Match : uint8_t { kUnknown, kYes, kNo };

  void FillSlots();
  void MatchSegments(Evaluation& result);
  bool MatchesFirst(uint32_t segment);
  bool MatchesRemembered(uint32_t segment);
  bool IsInSegment(uint32_t segment);
  bool MatchesRule(const PreparedRule& rule, uint32_t segment);
  bool MatchesCondition(const PreparedCondition& condition, uint32_t segment);
  template <class Test>
  static bool Quantify(RuleType type, IndexRange range, Test test);
  Scalar Find(const Lookup& lookup);
  Scalar FindByPath(const Lookup& lookup);

  static void Strengthen(const PreparedOverride& candidate, Strongest& strongest);
  const PreparedFeature* OwnState(uint32_t feature) const;
  FlagOutcome OutcomeOf(uint32_t feature, const Strongest& strongest) const;

  // Null: in a circle.
  const FlagOutcome* ReadFlag(uint32_t feature);
  void WorkOutFlag(uint32_t feature);
  Strongest FindStrongest(uint32_t feature);
  void CutCircle(size_t stack_begin);
  Scalar MemberOf(const FlagOutcome& flag, FlagMember member);

  const ContextNode* Identity() override;
  const ContextNode* Flag(std::string_view name) override;

  const Engine& engine_;
  const ContextIdentity* const identity_;  // may be null
  const std::span<const OwnOverride> own_;
  boost::container::small_vector<Scalar, 32> slots_;  // typed traits
  boost::container::small_vector<Match, 64> matches_;
  boost::container::small_vector<Strongest, 32> strongest_;

  // Only in use if a condition reads flags.
  std::vector<std::optional<FlagOutcome>> worked_out_;  // by feature
  std::vector<bool> is_circular_;                       // by feature
  std::vector<uint32_t> stack_;                         // features being worked out
  size_t cuts_ = 0;                                     // circles met
  size_t reads_ = 0;

  // Only for paths that are walked. The nodes keep their place.
  std::optional<ContextNode> identity_node_;
  std::deque<ContextNode> flag_nodes_;
  std::deque<std::string> texts_;
};

}  // namespace flagstream::flags
