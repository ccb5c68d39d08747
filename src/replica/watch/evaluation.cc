// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/evaluation.h"

#include <cstddef>
#include <utility>

#include "base/log.h"
#include "replica/trait_store.h"
#include "replica/watch/served_digest.h"

namespace flagstream::replica {
namespace {

using Identities = std::vector<std::optional<IdentityData>>;

// Data of one identity that cannot be read must not keep the others from being told.
Result<std::optional<IdentityData>> ReadOne(store::Reader& reader, const WatchedIdentity& watched) {
  Result<IdentityData> identity = ReadIdentity(reader, watched.environment(), watched.identifier());
  if (identity) return std::optional(*std::move(identity));
  if (identity.error().code() == ErrorCode::kUnavailable) return identity.error();
  log::Warning(
      "an identity with streams cannot be read",
      {{"environment", watched.environment().value}, {"cause", identity.error().ToString()}});
  return std::optional<IdentityData>();
}

Result<Identities> ReadAll(store::Store& store, const EvaluationJobs& jobs) {
  Identities identities;
  FLAGSTREAM_TRY(store.Read([&](store::Reader& reader) -> Result<void> {
    for (const EvaluationJob& job : jobs) {
      FLAGSTREAM_ASSIGN(std::optional<IdentityData> one, ReadOne(reader, *job.identity));
      identities.push_back(std::move(one));
    }
    return {};
  }));
  return identities;
}

Evaluation EvaluateOne(const IdentityEvaluator& evaluator, const EvaluationJob& job,
                       const IdentityData& identity) {
  const ServedEnvironment& served = *job.served;
  Evaluation found{.served = job.served,
                   .version = VersionOf(identity),
                   .base_revision = identity.base_revision,
                   .answer_stamp = AnswerStamp(served, identity)};
  std::vector<flags::ContextTrait> traits;
  traits.reserve(identity.traits.size());
  for (const auto& [id, trait, transient] : identity.traits) {
    traits.push_back({trait.key, flags::ScalarOf(trait.value)});
  }
  const flags::EvaluatedIdentity evaluated = {
      .identifier = job.identity->identifier(), .id = {identity.id}, .traits = traits};
  found.digest = ServedDigest(served.environment(), job.identity->kind(),
                              evaluator(served.snapshot, evaluated));
  return found;
}

}  // namespace

Result<void> Evaluate(store::Store& store, const IdentityEvaluator& evaluator,
                      EvaluationJobs& jobs) {
  FLAGSTREAM_ASSIGN(Identities identities, ReadAll(store, jobs));
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (identities[i]) jobs[i].found = EvaluateOne(evaluator, jobs[i], *identities[i]);
  }
  return {};
}

}  // namespace flagstream::replica
