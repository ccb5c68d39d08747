// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flags/evaluation.h"
#include "replica/served_environment.h"
#include "replica/watch/watched_identity.h"
#include "store/store.h"

namespace flagstream::replica {

// One identity on its way through a worker.
struct EvaluationJob {
  WatchedIdentityPtr identity;
  ServedEnvironmentPtr served;  // what it is evaluated against
  int64_t committed_micros = 0;
  std::optional<Evaluation> found;  // unset at the end: what is stored of it cannot be read
};
using EvaluationJobs = std::vector<EvaluationJob>;

// flags::EvaluateIdentity, or what a test has in its place.
using IdentityEvaluator = std::function<flags::IdentityFlags(
    const flags::Snapshot& snapshot, const flags::EvaluatedIdentity& identity)>;

// Reads the identities in one transaction, never from a cache, and evaluates each with what is
// stored of it, as GET identities/ does. kUnavailable if the store cannot be reached; then none
// was. Blocks.
Result<void> Evaluate(store::Store& store, const IdentityEvaluator& evaluator,
                      EvaluationJobs& jobs);

}  // namespace flagstream::replica
