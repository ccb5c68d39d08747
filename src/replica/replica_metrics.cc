// SPDX-License-Identifier: Apache-2.0
#include "replica/replica_metrics.h"

namespace flagstream::replica {

ReplicaMetrics::ReplicaMetrics(telemetry::Registry& registry)
    : environments(registry.AddGauge("flagstream_environments", "Environments that are served.")),
      store_reachable(registry.AddGauge("flagstream_replica_store_reachable",
                                        "1 if the last look at the store succeeded, else 0.")),
      stamp_lead_micros(registry.AddGauge(
          "flagstream_stamp_lead_microseconds",
          "How far the stamp of the environment loaded last is ahead of the store's clock.")),
      load_seconds(registry.AddHistogram("flagstream_environment_load_seconds",
                                         "Reading one environment from the store.",
                                         telemetry::DurationBuckets())),
      compile_seconds(registry.AddHistogram("flagstream_environment_compile_seconds",
                                            "Encoding and compressing what one is served from.",
                                            telemetry::DurationBuckets())),
      release_seconds(
          registry.AddHistogram("flagstream_change_release_seconds",
                                "From a commit until every shard of this node holds the change.",
                                telemetry::PropagationBuckets())),
      load_failures(registry.AddCounter("flagstream_environment_load_failures_total",
                                        "Loads that failed and are tried again.")),
      repairs(
          registry.AddCounter("flagstream_catch_up_repairs_total",
                              "Changes found in the store that the bus did not tell in time.")) {}

IdentityReaderMetrics AddIdentityReaderMetrics(telemetry::Registry& registry) {
  return {.hits = registry.AddCounter("flagstream_identity_cache_hits_total",
                                      "Identities that were found in a shard's cache."),
          .misses = registry.AddCounter("flagstream_identity_cache_misses_total",
                                        "Identities that had to be read from the store."),
          .entries = registry.AddGauge("flagstream_identity_cache_entries",
                                       "Identities in the caches of all shards."),
          .bytes = registry.AddGauge("flagstream_identity_cache_bytes", "About what they take.")};
}

}  // namespace flagstream::replica
