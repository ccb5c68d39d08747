// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flags/engine.h"
#include "flags/environment.h"
#include "flags/snapshot_context.h"

namespace flagstream::flags {

// An environment at one revision, prepared for evaluation. Immutable and shared by threads.
class Snapshot {
 public:
  explicit Snapshot(Environment environment);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const Environment& environment() const { return environment_; }
  // Null if the identity has no override.
  const IdentityOverride* FindOverride(std::string_view identifier) const;
  // Null if there is no such feature. Names are compared exactly.
  const Feature* FindFeature(std::string_view name) const;

  const Engine& engine() const { return engine_; }
  // The identity's overrides as the engine takes them; none if there is no override.
  std::span<const OwnOverride> OwnOverridesOf(const IdentityOverride* identity) const;
  // The override that won an outcome of the engine; it must be one of a segment's.
  const SegmentOverride& SegmentOverrideOf(const FlagOutcome& flag) const;

 private:
  // An identity override as the engine takes it.
  struct PreparedOverrides {
    std::vector<ContextFeature> features;
    std::vector<PreparedFeature> states;
    std::vector<OwnOverride> own;  // ascending by feature
  };

  static PreparedOverrides Prepare(const Environment& environment,
                                   const IdentityOverride& identity);

  const Environment environment_;
  std::unordered_map<std::string_view, const IdentityOverride*> overrides_;
  std::unordered_map<std::string_view, const Feature*> features_;
  std::vector<PreparedOverrides> prepared_;  // in the order of the environment's
  SnapshotContext context_;                  // its `context` went to the engine
  const Engine engine_;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace flagstream::flags
