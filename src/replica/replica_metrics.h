// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/identity_reader.h"
#include "telemetry/registry.h"

namespace flagstream::replica {

// What a Replica counts of environments.
struct ReplicaMetrics {
  explicit ReplicaMetrics(telemetry::Registry& registry);

  telemetry::Gauge& environments;
  telemetry::Gauge& store_reachable;
  telemetry::Gauge& stamp_lead_micros;
  telemetry::Histogram& load_seconds;
  telemetry::Histogram& compile_seconds;
  telemetry::Histogram& release_seconds;
  telemetry::Counter& load_failures;
  telemetry::Counter& repairs;
};

// The cells of one more shard.
IdentityReaderMetrics AddIdentityReaderMetrics(telemetry::Registry& registry);

}  // namespace flagstream::replica
