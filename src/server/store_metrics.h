// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "store/sqlite_store.h"
#include "store/stamp_log.h"
#include "telemetry/registry.h"

namespace flagstream::server {

// What the operator sees of the store while the result lives; the store must outlive it.
[[nodiscard]] std::vector<telemetry::CallbackMetric> ShowStore(telemetry::Registry& metrics,
                                                               const store::SqliteStore& store,
                                                               const store::SqliteOptions& options);
// The same for the stamp log of a hub.
[[nodiscard]] std::vector<telemetry::CallbackMetric> ShowStampLog(
    telemetry::Registry& metrics, const store::StampLog& log,
    const store::StampLogOptions& options);

}  // namespace flagstream::server
