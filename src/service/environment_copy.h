// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "service/writing.h"

namespace flagstream::service {

// Gives the new environment `to` copies of what `from` serves to everybody: default states and
// segment overrides, with their variants. Identities are given the same variants as there.
Result<void> CopyStates(Writing& writing, EnvironmentId from, EnvironmentId to);

}  // namespace flagstream::service
