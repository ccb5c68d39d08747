// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "base/ids.h"
#include "base/result.h"
#include "replica/sdk_requests.h"
#include "store/store.h"

// What Analytics gathers, and how it is added to the store's daily counts. Sums stop at the largest
// integer.
namespace flagstream::replica {

struct EvaluationKey {
  EnvironmentId environment;
  FeatureId feature;
  int64_t day = 0;  // since 1970, UTC

  auto operator<=>(const EvaluationKey&) const = default;
};
using EvaluationCounts = std::map<EvaluationKey, int64_t>;

struct RequestKey {
  EnvironmentId environment;
  int64_t day = 0;

  auto operator<=>(const RequestKey&) const = default;
};
using RequestCounts = std::map<RequestKey, SdkResourceCounts>;

void AddTo(int64_t& count, int64_t more);
void AddTo(SdkResourceCounts& counts, const SdkResourceCounts& more);

// Environments and features that are gone by now are left out.
Result<> AddEvaluations(store::Transaction& tx, const EvaluationCounts& counts);
Result<> AddRequests(store::Transaction& tx, const RequestCounts& counts);

}  // namespace flagstream::replica
