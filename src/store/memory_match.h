// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/table.h"

// What conditions and orders mean, in plain C++: the reference for the SQL of the other adapters.
namespace flagstream::store {

bool Matches(const Row& row, const Query& query);
// Whether `a` comes before `b` in the order of `query`.
bool Precedes(const Row& a, const Row& b, const Query& query);

}  // namespace flagstream::store
