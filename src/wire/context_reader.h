// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flags/context.h"
#include "flags/scalar.h"
#include "wire/json.h"

namespace flagstream::wire {

// An evaluation context of JSON as the engine's plain data, which borrows from the JSON and from
// this. Used once.
class ContextReader {
 public:
  // An object with all its parents' names is the place that errors tell.
  Result<void> Read(const Json& context);

  // Valid after Read; the context may be moved from.
  flags::Context& context() { return context_; }
  // Null if the context has no identity.
  const flags::ContextIdentity* identity() const { return has_identity_ ? &identity_ : nullptr; }
  // Where features, segments and their overrides came from, in the order of the context.
  const std::vector<const Json*>& features() const { return features_; }
  const std::vector<const Json*>& segments() const { return segments_; }

 private:
  Result<void> ReadEnvironment(const Json& context);
  Result<void> ReadIdentity(const Json& context);
  Result<void> ReadSegment(const Json& json);
  Result<std::vector<flags::SegmentRule>> ReadRules(const Json* json);
  Result<flags::Condition> ReadCondition(const Json& json);
  Result<flags::ContextFeature> ReadFeature(const Json& json);
  Result<std::vector<flags::ContextVariant>> ReadVariants(const Json* json);
  flags::Scalar TraitValueOf(const Json& json);

  flags::Context context_;
  flags::ContextIdentity identity_;
  bool has_identity_ = false;
  std::string identity_key_;
  std::vector<flags::ContextTrait> traits_;
  std::deque<std::vector<flags::SegmentRule>> rules_;  // by segment
  std::deque<std::string> texts_;                      // of traits that are lists or objects
  std::vector<const Json*> features_;
  std::vector<const Json*> segments_;
};

}  // namespace flagstream::wire
