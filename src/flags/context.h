// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "flags/environment.h"
#include "flags/scalar.h"

// What is evaluated, as plain data: the model that Flagsmith's engines share. All of it borrows its
// texts. Keys exist only to be hashed; a feature is known by its name.
namespace flagstream::flags {

struct ContextVariant {
  std::optional<std::string_view> key;
  Scalar value;
  Scalar weight;    // percent; a number
  Scalar priority;  // a number; the lowest is chosen from first
};

// A feature's default, or what a segment gives instead.
struct ContextFeature {
  std::string key;
  std::string_view name;
  bool enabled = false;
  Scalar value;
  std::vector<ContextVariant> variants;
  Scalar priority;  // of an override: a number, the lowest wins; null is weaker than all
};

struct ContextSegment {
  std::string key;
  std::string_view name;
  std::span<const SegmentRule> rules;
  std::vector<ContextFeature> overrides;
};

struct ContextTrait {
  std::string_view name;
  Scalar value;
};

struct ContextIdentity {
  std::string_view identifier;
  std::string_view key;  // what variants and splits are chosen by
  std::span<const ContextTrait> traits;
};

// A value with structure, for JSONPaths that look at more than the usual places.
struct ContextNode {
  struct Member;
  using Array = std::vector<ContextNode>;
  using Object = std::vector<Member>;
  // Parts of the context that differ from one evaluation to the next.
  enum class Live { kIdentity, kFlags };

  std::variant<Scalar, Array, Object, Live> value;
};

struct ContextNode::Member {
  std::string_view name;
  ContextNode node;
};

struct Context {
  std::string_view environment_key;
  std::string_view environment_name;
  std::vector<ContextSegment> segments;  // in the order of precedence and results
  std::vector<ContextFeature> features;
  // The whole context as it was given, for JSONPaths into it; unset: it has what is above.
  std::optional<ContextNode::Object> document;
};

}  // namespace flagstream::flags
