// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "service/limits.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// Whether the project, as it is after an import, is within what may be made one by one. kTooLarge
// names the limit.
Result<void> CheckLimitsOfProject(store::Reader& reader, const Limits& limits,
                                  const store::Project& project);

}  // namespace flagstream::service
