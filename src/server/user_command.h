// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/options.h"

namespace flagstream::server {

// `flagstream user ...`: resets a password or a token in a data folder that no server has open, and
// prints the new one.
Result<> RunUserCommand(const UserOptions& options);

}  // namespace flagstream::server
