// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "wire/json.h"
#include "wire/request_fields.h"
#include "wire/sdk.h"

// What the requests about identities and traits have in common.
namespace flagstream::wire {

// An identifier that names a stored identity.
inline constexpr TextRule kIdentifierRule = {.required = true,
                                             .characters_max = kIdentifierCharactersMax};
inline constexpr TextRule kTraitKeyRule = {.required = true,
                                           .characters_max = kTraitKeyCharactersMax};

// An object with `trait_key`, `trait_value` and `transient`.
TraitInput ReadTrait(RequestFields& fields);
// The member `trait_value`, `value`; unset if it is null or wrong.
std::optional<flags::TraitValue> ReadTraitValueMember(RequestFields& fields, const Json& value);

}  // namespace flagstream::wire
