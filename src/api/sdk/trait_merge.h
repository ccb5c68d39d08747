// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flags/value.h"
#include "wire/sdk.h"

// How the traits of a request and the stored ones of its identity go together. Pure.
namespace flagstream::api {

// The traits that count for one answer, and in its order: those of the request first, because
// Android takes the first for the one it has just set; then the stored ones that the request does
// not name. A trait that the request sets to null counts as absent.
std::vector<wire::TraitOutput> MergeTraits(const std::vector<wire::TraitInput>& given,
                                           const std::vector<wire::TraitOutput>& stored);

// Those of `given` that are to be stored.
std::vector<wire::TraitInput> LastingTraits(const std::vector<wire::TraitInput>& given);

// The identifier of a request that has none: made of its traits, so that equal traits land in equal
// buckets; random if it sets no trait.
std::string MakeAnonymousIdentifier(const std::vector<wire::TraitInput>& given);

}  // namespace flagstream::api
