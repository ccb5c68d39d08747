// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/options.h"

namespace flagstream::server {

// `flagstream hub`: streams and queue-change alone, for an existing Flagsmith. Runs until SIGINT or
// SIGTERM.
Result<> RunHub(const HubOptions& options);

}  // namespace flagstream::server
