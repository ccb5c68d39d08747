// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/options.h"

namespace flagstream::server {

// `flagstream serve`: opens the store, makes what a first start needs, loads the replica, serves
// until SIGINT or SIGTERM, and then ends in order: no new connections, streams ended cleanly,
// answers under way, workers, bus, store.
Result<> RunServe(const ServeOptions& options);

}  // namespace flagstream::server
