// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "telemetry/registry.h"

namespace flagstream::replica {

// What an IdentityWatch counts.
struct WatchMetrics {
  explicit WatchMetrics(telemetry::Registry& registry);

  telemetry::Gauge& streams;
  telemetry::Gauge& identities;
  telemetry::Gauge& pending;
  telemetry::Counter& evaluations;
  telemetry::Counter& differences;
  telemetry::Counter& failures;
};

}  // namespace flagstream::replica
