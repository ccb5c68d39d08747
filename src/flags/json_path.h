// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flags/context.h"

namespace flagstream::flags {

inline constexpr size_t kPathStepsMax = 64;
inline constexpr size_t kPathVisitsMax = 10'000;

// One step of a JSONPath (RFC 9535): children by name or index, or all of them; of the node reached
// so far or, if it descends, of that and all below it.
struct PathStep {
  enum class Kind { kName, kIndex, kWildcard };

  Kind kind = Kind::kName;
  bool descends = false;
  std::string name;
  int64_t index = 0;  // negative: from the end
};
using JsonPath = std::vector<PathStep>;

// Names in dot or bracket form, indexes, `*` and `..`; nothing for anything else. The path must
// begin with `$`.
std::optional<JsonPath> ParseJsonPath(std::string_view text);

// Gives the parts of a context that an evaluation makes as it goes. The nodes it gives stay valid
// for the whole walk. Null: there is none.
class LiveContext {
 public:
  virtual ~LiveContext() = default;

  virtual const ContextNode* Identity() = 0;
  virtual const ContextNode* Flag(std::string_view name) = 0;
};

// The first node that `path` leads to from `root`, if it is a scalar; else null. `live` is asked
// for the live parts. Gives up, with null, after kPathVisitsMax nodes.
Scalar FindScalar(const ContextNode& root, const JsonPath& path, LiveContext& live);

}  // namespace flagstream::flags
