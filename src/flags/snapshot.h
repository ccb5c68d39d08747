// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "flags/environment.h"

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

 private:
  const Environment environment_;
  std::unordered_map<std::string_view, const IdentityOverride*> overrides_;
  std::unordered_map<std::string_view, const Feature*> features_;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace flagstream::flags
