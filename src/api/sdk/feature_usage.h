// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace flagstream::api {

// Where SDKs' reports of how often a feature was evaluated go. Called on the shard; must not block.
// Counts are estimates: SDKs repeat a report whose answer they missed, and the last seconds before
// a crash may be lost.
class FeatureUsage {
 public:
  virtual ~FeatureUsage() = default;
  virtual void Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) = 0;
};

}  // namespace flagstream::api
