// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "flags/environment.h"
#include "store/store.h"

namespace flagstream::store {

// The segments of the environment's project, each with its rules and with its overrides in this
// environment.
Result<void> ReadSegments(Reader& reader, flags::Environment& environment);

}  // namespace flagstream::store
