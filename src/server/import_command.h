// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/transfer_options.h"

namespace flagstream::server {

// `flagstream import`: brings a file into a data folder that no server has open, and prints what it
// did or, with --dry-run, would do.
Result<> RunImport(const ImportCommandOptions& options);

}  // namespace flagstream::server
