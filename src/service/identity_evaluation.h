// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "flags/context.h"
#include "flags/engine.h"
#include "flags/environment.h"
#include "flags/value.h"
#include "service/access.h"
#include "store/environment_loader.h"
#include "store/store.h"

namespace flagstream::service {

// What an identity gets for one feature, and from where. Borrows from the evaluation.
struct EvaluatedFlag {
  const flags::Feature* feature = nullptr;
  const flags::FeatureState* state = nullptr;  // the winner
  const flags::FlagValue* value = nullptr;     // the winner's own, or that of a variant
  const flags::Segment* segment = nullptr;     // whose override the winner is
  bool is_own_override = false;
};

// One stored identity, evaluated with its stored traits against everything that its environment
// serves: for the management side, which holds no snapshots and asks rarely.
class IdentityEvaluation {
 public:
  static Result<std::unique_ptr<IdentityEvaluation>> Load(store::Reader& reader,
                                                          const IdentityAccess& access);
  IdentityEvaluation(const IdentityEvaluation&) = delete;
  IdentityEvaluation& operator=(const IdentityEvaluation&) = delete;

  // Of the project, used or not, that the identity is in; ascending.
  std::vector<int64_t> Segments() const;
  // Of all features; ascending by id.
  std::vector<EvaluatedFlag> Flags() const;

 private:
  IdentityEvaluation(flags::Environment environment, const IdentityAccess& access,
                     const store::StoredIdentity& identity);

  void Evaluate(const IdentityAccess& access, const store::StoredIdentity& identity);
  EvaluatedFlag FlagAt(size_t index) const;

  const flags::Environment environment_;
  const flags::IdentityOverride* own_ = nullptr;
  const flags::Engine engine_;
  flags::Evaluation evaluation_;
  // What the identity's own overrides are for the engine, which borrows it.
  std::vector<flags::ContextFeature> own_features_;
  std::vector<flags::PreparedFeature> own_prepared_;
};

}  // namespace flagstream::service
