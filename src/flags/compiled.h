// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "flags/context.h"
#include "flags/json_path.h"
#include "flags/predicate.h"

// What an Engine makes of its context: flat lists that refer to each other by index. All borrow
// from the context.
namespace flagstream::flags {

// A range of a list.
struct IndexRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool empty() const { return begin == end; }
};

// A feature, or an override of one, with its variants in the order of choice.
struct PreparedFeature {
  struct Weight {
    double percent = 0;
    int32_t variant = 0;  // its index
  };

  explicit PreparedFeature(const ContextFeature& given);

  const ContextFeature* feature;
  std::vector<Weight> weights;
};

struct PreparedOverride {
  static constexpr uint32_t kUnknownFeature = std::numeric_limits<uint32_t>::max();

  uint32_t feature = kUnknownFeature;
  uint32_t segment = 0;
  // Among all overrides of the feature: the lowest wins.
  uint32_t rank = 0;
  PreparedFeature state;
};

enum class FlagMember { kEnabled, kName, kReason, kValue, kVariant, kNone };

// Where the value of a condition comes from.
struct Lookup {
  enum class Kind {
    kTrait,       // `slot`
    kSplitKey,    // the identity's key, not typed
    kIdentifier,  // of the identity
    kKey,         // of the identity
    kTraitPath,   // a trait by its path: `path_slot`
    kConstant,    // a part of the context that no identity changes
    kFlag,        // a member of the flag `feature`
    kPath,        // any other JSONPath
  };

  Kind kind = Kind::kTrait;
  // Of the trait named so; of the other kinds but kSplitKey, it wins if it is set.
  uint32_t slot = 0;
  uint32_t path_slot = 0;
  Scalar constant;  // typed
  uint32_t feature = 0;
  FlagMember member = FlagMember::kNone;
  JsonPath path;
};

struct PreparedCondition {
  Lookup lookup;
  Predicate predicate;
};

struct PreparedRule {
  RuleType type = RuleType::kAll;
  IndexRange conditions;
  IndexRange rules;
};

struct PreparedSegment {
  IndexRange rules;  // none: it matches nobody
  IndexRange overrides;
  bool reads_flags = false;
};

}  // namespace flagstream::flags
