// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "flags/compiled.h"
#include "flags/context.h"

namespace flagstream::flags {

// Deeper or longer reading of flags by flags counts as a circle.
inline constexpr size_t kFlagDepthMax = 64;
inline constexpr size_t kFlagReadsMax = 4'096;
// A segment with deeper rules matches nobody.
inline constexpr int kRuleDepthMax = 64;

// Why a flag is what it is.
enum class Reason {
  kStatic,          // nothing targets it
  kDefault,         // segments target it, and none that the identity is in
  kTargetingMatch,  // a segment's override, or the identity's own
  kSplit,           // a variant
  kCircular,        // it depends on itself
};

// What one feature is for one identity. Borrows from the engine.
struct FlagOutcome {
  static constexpr int32_t kNoVariant = -1;  // the feature has none, or there is no identity
  static constexpr int32_t kControl = -2;    // what the variants leave
  static constexpr uint32_t kNoSegment = std::numeric_limits<uint32_t>::max();
  static constexpr uint32_t kOwnOverride = kNoSegment - 1;

  const ContextFeature* winner = nullptr;  // the feature itself, or the override that won
  uint32_t segment = kNoSegment;           // whose override it is, or the identity's own
  int32_t variant = kNoVariant;            // index in the winner's variants, or one of the above
  Reason reason = Reason::kStatic;

  const Scalar& value() const {
    return variant < 0 ? winner->value : winner->variants[static_cast<size_t>(variant)].value;
  }
  // "control", the key of the variant, or null.
  Scalar variant_name() const;
};

struct Evaluation {
  boost::container::small_vector<uint32_t, 16> segments;  // those that match, in context order
  boost::container::small_vector<FlagOutcome, 32> flags;  // in the order of the features
};

// One override that an identity has by itself, beating those of segments.
struct OwnOverride {
  uint32_t feature = 0;
  const PreparedFeature* state = nullptr;
};

// The variant that a state gives the identity of this key: an index, or FlagOutcome::kControl.
int32_t ChooseVariant(const PreparedFeature& state, std::string_view identity_key);

// Evaluates a context: everything that does not depend on the identity is prepared when this is
// made. The one evaluator of server and clients. Borrows what the context borrows. Immutable;
// evaluating is safe from any thread, allocates next to nothing, and never fails.
class Engine {
 public:
  explicit Engine(Context context);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const Context& context() const { return context_; }

  // `identity` may be null; `own` are its overrides, ascending by feature. `result` must be empty.
  void Evaluate(const ContextIdentity* identity, std::span<const OwnOverride> own,
                Evaluation& result) const;

  // "TARGETING_MATCH; segment=beta".
  std::string ReasonText(const FlagOutcome& flag) const;

 private:
  friend class EngineCompiler;
  friend class EngineRun;

  const Context context_;
  std::vector<PreparedFeature> features_;
  std::vector<PreparedSegment> segments_;
  std::vector<PreparedRule> rules_;
  std::vector<PreparedCondition> conditions_;
  std::vector<PreparedOverride> overrides_;  // segment by segment
  // Segments that override a feature, ascending; by feature.
  std::vector<std::vector<uint32_t>> segments_of_feature_;
  // Traits that conditions look at; each has a slot in an evaluation.
  boost::unordered_flat_map<std::string_view, uint32_t> trait_slots_;
  std::optional<ContextNode> root_;  // only if a JSONPath is walked when evaluating
  bool reads_flags_ = false;
};

}  // namespace flagstream::flags
