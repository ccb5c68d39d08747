// SPDX-License-Identifier: Apache-2.0
#include "replica/trait_writer.h"

#include <utility>

#include "telemetry/limit_refusals.h"

namespace flagstream::replica {
namespace {

// Two requests may create the same identity at once; the loser finds it when it tries again. More
// tries than this means something else is wrong.
constexpr int kTriesMax = 3;

IdentityLimits Counted(IdentityLimits limits, telemetry::Registry& registry) {
  limits.identities_refused = &telemetry::AddLimitRefusals(registry, "identities_per_environment");
  limits.traits_refused = &telemetry::AddLimitRefusals(registry, "traits_per_identity");
  return limits;
}

}  // namespace

// One write, from the request to its answer. At any time one thread has it.
struct TraitWriter::Job {
  size_t shard;
  EnvironmentId environment;
  std::string identifier;
  Work work;
  IdentityThen then;
  TraitsWritten written = {};
  int tries = 0;
};

TraitWriter::TraitWriter(IdentityLimits limits, store::Store& store, bus::Bus& bus,
                         const Clock& clock, const ShardGroup& shards, Forget forget,
                         Outstanding& outstanding, telemetry::Registry& registry)
    : limits_(Counted(limits, registry)),
      store_(store),
      bus_(bus),
      clock_(clock),
      shards_(shards),
      forget_(std::move(forget)),
      outstanding_(outstanding),
      written_(registry.AddCounter("flagstream_identity_writes_total",
                                   "Transactions that stored identities or traits for SDKs.")),
      failed_(registry.AddCounter("flagstream_identity_write_failures_total",
                                  "Those that failed, limits not counted.")) {}

void TraitWriter::Write(size_t shard, EnvironmentId environment, std::string identifier,
                        std::vector<wire::TraitInput> traits, IdentityThen then) {
  Work work = [limits = limits_, environment, identifier,
               traits = std::move(traits)](store::Transaction& tx) {
    return StoreTraits(tx, limits, environment, identifier, traits);
  };
  Start(shard, environment, std::move(identifier), std::move(work), std::move(then));
}

void TraitWriter::Increment(size_t shard, EnvironmentId environment, wire::TraitIncrement increment,
                            IdentityThen then) {
  std::string identifier = increment.identifier;
  Work work = [limits = limits_, environment,
               increment = std::move(increment)](store::Transaction& tx) {
    return StoreTraitIncrement(tx, limits, environment, increment);
  };
  Start(shard, environment, std::move(identifier), std::move(work), std::move(then));
}

void TraitWriter::Start(size_t shard, EnvironmentId environment, std::string identifier, Work work,
                        IdentityThen then) {
  Run(std::make_shared<Job>(
      Job{shard, environment, std::move(identifier), std::move(work), std::move(then)}));
}

void TraitWriter::Run(const JobPtr& job) {
  ++job->tries;
  store_.Write(
      [job](store::Transaction& tx) -> Result<void> {
        FLAGSTREAM_ASSIGN(job->written, job->work(tx));
        return {};
      },
      [this, job, token = Outstanding::Token(outstanding_)](const Result<void>& result) {
        OnDone(job, result);
      });
}

void TraitWriter::OnDone(const JobPtr& job, const Result<void>& result) {
  if (!result && result.error().code() == ErrorCode::kConflict && job->tries < kTriesMax) {
    Run(job);
    return;
  }
  Count(result);
  if (!result) {
    Answer(job, result.error());
  } else if (job->written.created || job->written.issued) {
    Spread(job);
  } else {
    Answer(job, std::make_shared<const IdentityData>(std::move(job->written.identity)));
  }
}

void TraitWriter::Count(const Result<void>& result) {
  if (result) {
    written_.Add();
  } else if (result.error().code() != ErrorCode::kTooLarge) {
    failed_.Add();
  }
}

void TraitWriter::Spread(const JobPtr& job) {
  bus::Change change{.environment = job->environment,
                     .identity = job->identifier,
                     .committed_micros = clock_.NowMicros()};
  if (job->written.issued) {
    change.revision = job->written.issued->revision;
    change.stamp = job->written.issued->stamp;
  }
  bus_.Publish(change);
  shards_.OnEach([this, job](size_t shard) { forget_(shard, job->environment, job->identifier); },
                 [this, job] {
                   Answer(job,
                          std::make_shared<const IdentityData>(std::move(job->written.identity)));
                 });
}

void TraitWriter::Answer(const JobPtr& job, Result<IdentityPtr> result) {
  shards_.executor(job->shard).Post([job, result = std::move(result)] { job->then(result); });
}

}  // namespace flagstream::replica
