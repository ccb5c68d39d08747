// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "wire/json.h"

namespace flagstream::wire {

// How contexts of Flagsmith's engines are to be parsed: integers of any size matter, and rules may
// nest deeply.
inline constexpr JsonOptions kContextJson = {.depth_max = 256, .keeps_big_integers = true};

// Evaluates a context in the JSON that Flagsmith's engines share, and gives their result: `flags`
// by name and the `segments` that matched. Members that are not known are ignored. kInvalidArgument
// for a member of the wrong type.
Result<Json> EvaluateContext(const Json& context);

}  // namespace flagstream::wire
