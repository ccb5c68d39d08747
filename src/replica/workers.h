// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/executor.h"

namespace flagstream::replica {

// Gives a task to a thread that may block. False if it was refused: there is too much to do. Safe
// from any thread; never runs the task inside the call.
using Workers = std::function<bool(Task)>;

}  // namespace flagstream::replica
