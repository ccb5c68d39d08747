// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "service/transfer/bundle.h"

namespace flagstream::service {

// Whether each row of the bundle is one that this release could have written itself: types that
// exist, values that read as their type, names and keys within their bounds. What is checked
// nowhere else later, because the serving side trusts the store. kInvalidArgument names row and
// column.
Result<void> CheckBundle(const Bundle& bundle);

}  // namespace flagstream::service
