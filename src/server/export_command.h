// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/transfer_options.h"

namespace flagstream::server {

// `flagstream export`: writes what a data folder holds, as of one moment. A file appears whole,
// with mode 0600 because it holds keys, or not at all.
Result<> RunExport(const ExportCommandOptions& options);

}  // namespace flagstream::server
