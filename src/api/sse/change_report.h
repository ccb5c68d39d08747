// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/stamp.h"

namespace flagstream::api {

// The stamp in the body of queue-change: {"updated_at": "2026-05-01T09:30:00.123456+00:00"}.
// kInvalidArgument if it has none.
Result<Stamp> ParseChangeReport(std::string_view body);

}  // namespace flagstream::api
