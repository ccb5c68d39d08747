// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "service/context.h"

namespace flagstream::service {

// How long what only grows is kept.
struct RetentionDays {
  int64_t audit = 365;
  int64_t analytics = 365;  // daily counts of evaluations and of requests
  int64_t transfers = 14;   // of features between environments, as files
};

struct Removed {
  int64_t audit_rows = 0;
  int64_t analytics_counts = 0;
};

// Removes what is older than it may be, in portions, so that other writes go on in between.
// Blocking; on a worker.
Result<Removed> RemoveOutdated(const Context& context, const RetentionDays& days);

}  // namespace flagstream::service
