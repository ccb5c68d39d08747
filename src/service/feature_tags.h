// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "service/change_list.h"
#include "service/writing.h"
#include "store/records.h"

namespace flagstream::service {

// The feature, which is stored, carries these tags from now on and no others. kInvalidArgument if
// one of them is none of the project's. The project is held.
Result<void> SetFeatureTags(Writing& writing, const store::Project& project, int64_t feature,
                            const std::vector<int64_t>& tags, ChangeList& changes);

}  // namespace flagstream::service
