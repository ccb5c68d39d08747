// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "flags/engine.h"

namespace flagstream::flags {

// Fills an engine from its context. Used once, by the engine's constructor.
class EngineCompiler {
 public:
  explicit EngineCompiler(Engine& engine);

  void Run();

 private:
  void AddSegment(uint32_t index);
  void AddOverrides(uint32_t segment_index, PreparedSegment& segment);
  void RankOverrides();
  IndexRange AddRules(std::span<const SegmentRule> rules);
  IndexRange AddConditions(std::span<const Condition> conditions);
  Lookup MakeLookup(const Condition& condition);
  void SetPath(JsonPath path, Lookup& lookup);
  // True if there is a short way, which may take what it needs out of `path`.
  bool SetIdentityPath(JsonPath& path, Lookup& lookup);
  void SetFlagPath(const JsonPath& path, Lookup& lookup);
  Scalar FindConstant(const JsonPath& path);
  uint32_t SlotOf(std::string_view trait_name);
  const ContextNode& Root();

  Engine& engine_;
  std::unordered_map<std::string_view, uint32_t> features_;  // index by name
  std::optional<ContextNode> root_;
  bool keeps_root_ = false;
  bool reads_flags_ = false;  // a condition of the segment at hand
};

}  // namespace flagstream::flags
