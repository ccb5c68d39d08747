// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/watch_metrics.h"

namespace flagstream::replica {

WatchMetrics::WatchMetrics(telemetry::Registry& registry)
    : streams(registry.AddGauge("flagstream_identity_streams_open",
                                "Streams of single identities; they count as open streams too.")),
      identities(registry.AddGauge(
          "flagstream_identities_watched",
          "Identities that have streams, once for each kind of key they are streamed to.")),
      pending(registry.AddGauge(
          "flagstream_identity_evaluations_pending",
          "Identities with streams that are to be evaluated or being so; one each at most.")),
      evaluations(registry.AddCounter("flagstream_identity_evaluations_total",
                                      "Evaluations to see whether streams have to be told.")),
      differences(registry.AddCounter("flagstream_identity_differences_total",
                                      "Evaluations that led to an event, the first of an identity "
                                      "without streams until then included.")),
      failures(registry.AddCounter("flagstream_identity_evaluation_failures_total",
                                   "Evaluations for which the identity could not be read.")) {}

}  // namespace flagstream::replica
