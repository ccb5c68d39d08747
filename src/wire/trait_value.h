// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "flags/value.h"
#include "wire/json.h"
#include "wire/sdk.h"

namespace flagstream::wire {

// The trait value that `value` of a request stands for; unset for null. Elixir's typed objects
// ({"type", "value"}) are unwrapped; other lists and objects become text, as in the reference.
std::optional<flags::TraitValue> ReadTraitValue(const Json& value);

// An element of `traits` in an answer.
void AppendTrait(std::string& out, const TraitOutput& trait);
// Its member `trait_value`.
void AppendTraitValue(std::string& out, const flags::TraitValue& value);

}  // namespace flagstream::wire
