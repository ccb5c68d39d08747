// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/identity_watch.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace flagstream::replica {
namespace {

constexpr double kJitter = 0.2;
constexpr int kDoublingsMax = 16;

bool TellsStreams(const ServedEnvironmentPtr& served) {
  return served != nullptr && served->environment().project.enable_realtime_updates;
}

}  // namespace

IdentityWatch::Interest::~Interest() {
  if (identity_ != nullptr) watch_->Leave(*identity_, shard_);
}

IdentityWatch::IdentityWatch(WatchOptions options, WatchContext context, ForgetUnless forget_unless,
                             WatchMetrics metrics, Random random)
    : options_(options),
      context_(std::move(context)),
      forget_unless_(std::move(forget_unless)),
      metrics_(metrics),
      random_(std::move(random)) {
  FLAGSTREAM_ASSERT(options_.batch_max >= 2 && options_.batches_at_once > 0);
  FLAGSTREAM_ASSERT(context_.hubs.size() == context_.shards.size());
}

IdentityWatch::~IdentityWatch() {
  MutexLock lock(mutex_);
  for (const auto& [id, environment] : environments_) {
    FLAGSTREAM_ASSERT(environment.identities.empty());
  }
}

// ---- Streams

IdentityWatch::Joining IdentityWatch::Join(size_t shard, EnvironmentId environment, WatchKey key) {
  MutexLock lock(mutex_);
  const WatchedIdentityPtr& identity = Watched(environment, key);
  identity->AddStream(shard);
  metrics_.streams.Add(1);
  Joining joining{Interest(*this, shard, identity), identity->channel(), identity->first()};
  if (joining.first == nullptr) {
    Want(*identity, single_, /*committed_micros=*/0);
    Pump();
  }
  return joining;
}

const WatchedIdentityPtr& IdentityWatch::Watched(EnvironmentId id, WatchKey key) {
  Environment& environment = environments_[id];
  const auto found = environment.identities.find(key);
  if (found != environment.identities.end()) return found->second;
  // No environment's channel begins with a letter.
  auto made = std::make_shared<WatchedIdentity>(id, key, "i" + std::to_string(++channels_made_),
                                                context_.shards.size());
  metrics_.identities.Add(1);
  const WatchKey own_key = made->key();
  return environment.identities.emplace(own_key, std::move(made)).first->second;
}

void IdentityWatch::Leave(WatchedIdentity& identity, size_t shard) {
  MutexLock lock(mutex_);
  identity.RemoveStream(shard);
  metrics_.streams.Add(-1);
  if (!identity.HasStreams()) Remove(identity);
}

void IdentityWatch::Remove(WatchedIdentity& identity) {
  if (identity.IsWaiting()) {
    identity.unlink();
    identity.Drop();
    metrics_.pending.Add(-1);
  }
  const auto environment = environments_.find(identity.environment());
  environment->second.identities.erase(identity.key());
  metrics_.identities.Add(-1);
  if (environment->second.served == nullptr && environment->second.identities.empty()) {
    environments_.erase(environment);
  }
}

// ---- What may make a difference

void IdentityWatch::OnIdentityChanged(const bus::Change& change) {
  FLAGSTREAM_ASSERT(change.identity.has_value());
  MutexLock lock(mutex_);
  const auto environment = environments_.find(change.environment);
  if (environment == environments_.end()) return;
  for (const wire::KeyKind kind : {wire::KeyKind::kClient, wire::KeyKind::kServer}) {
    const auto identity = environment->second.identities.find({kind, *change.identity});
    if (identity == environment->second.identities.end()) continue;
    Want(*identity->second, single_, change.committed_micros);
  }
  Pump();
}

void IdentityWatch::OnServed(ServedEnvironmentPtr served, int64_t committed_micros) {
  MutexLock lock(mutex_);
  const EnvironmentId id = served->environment().id;
  Environment& environment = environments_[id];
  environment.served = std::move(served);
  environment.committed_micros = committed_micros;
  if (environment.identities.empty() || environment.is_sweep_wanted) return;
  environment.is_sweep_wanted = true;
  sweeps_.push_back(id);
  Pump();
}

void IdentityWatch::OnRemoved(EnvironmentId id) {
  MutexLock lock(mutex_);
  const auto environment = environments_.find(id);
  if (environment == environments_.end()) return;
  environment->second.served = nullptr;
  std::vector<std::string> channels;
  for (const auto& [key, identity] : environment->second.identities) {
    identity->ForgetWhatWasTold();
    channels.push_back(identity->channel());
  }
  if (channels.empty()) {
    environments_.erase(environment);
    return;
  }
  context_.shards.OnEach([this, channels = std::move(channels)](size_t shard) {
    for (const std::string& channel : channels) context_.hubs[shard]->Close(channel);
  });
}

void IdentityWatch::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
}

// ---- What waits

void IdentityWatch::Want(WatchedIdentity& identity, Queue& queue, int64_t committed_micros) {
  if (!identity.Want(committed_micros)) return;
  queue.push_back(identity);
  metrics_.pending.Add(1);
}

// On a worker: an environment may have many.
void IdentityWatch::Sweep() {
  for (const EnvironmentId id : std::exchange(sweeps_, {})) {
    const auto environment = environments_.find(id);
    if (environment == environments_.end()) continue;
    environment->second.is_sweep_wanted = false;
    for (const auto& [key, identity] : environment->second.identities) {
      Want(*identity, swept_, environment->second.committed_micros);
    }
  }
}

void IdentityWatch::TakeFrom(Queue& queue, size_t jobs_max, EvaluationJobs& jobs) {
  while (jobs.size() < jobs_max && !queue.empty()) {
    WatchedIdentity& identity = queue.front();
    queue.pop_front();
    const Environment& environment = environments_.at(identity.environment());
    if (!TellsStreams(environment.served)) {
      // The snapshot with which it does wants it again.
      identity.Drop();
      metrics_.pending.Add(-1);
      continue;
    }
    const int64_t committed_micros = identity.Begin();
    jobs.push_back({.identity = environment.identities.at(identity.key()),
                    .served = environment.served,
                    .committed_micros = committed_micros,
                    .found = std::nullopt});
  }
}

bool IdentityWatch::HasWork() const {
  return !single_.empty() || !swept_.empty() || !sweeps_.empty();
}

// ---- A turn

void IdentityWatch::Pump() {
  if (!HasWork() || turns_ >= options_.batches_at_once || is_pausing_ || stopping_) return;
  if (context_.workers([this, token = Outstanding::Token(context_.outstanding)] { RunTurn(); })) {
    ++turns_;
  } else {
    PumpLater();
  }
}

void IdentityWatch::RunTurn() {
  EvaluationJobs jobs = TakeJobs();
  const Result<void> evaluated =
      jobs.empty() ? Result<void>() : Evaluate(context_.store, context_.evaluator, jobs);
  if (!evaluated) {
    log::Warning("identities with streams cannot be read; they are tried again",
                 {{"cause", evaluated.error().ToString()}});
  }
  EndTurn(std::move(jobs), evaluated.ok());
}

EvaluationJobs IdentityWatch::TakeJobs() {
  MutexLock lock(mutex_);
  Sweep();
  EvaluationJobs jobs;
  TakeFrom(single_, options_.batch_max / 2, jobs);
  TakeFrom(swept_, options_.batch_max, jobs);
  TakeFrom(single_, options_.batch_max, jobs);
  return jobs;
}

void IdentityWatch::EndTurn(EvaluationJobs jobs, bool evaluated) {
  MutexLock lock(mutex_);
  --turns_;
  if (evaluated) {
    failures_ = 0;
    for (EvaluationJob& job : jobs) Conclude(std::move(job));
    return Pump();
  }
  PumpLater();  // first, or what is put back would be tried at once
  metrics_.failures.Add(jobs.size());
  for (const EvaluationJob& job : jobs) PutBack(job);
}

void IdentityWatch::Conclude(EvaluationJob job) {
  WatchedIdentity& identity = *job.identity;
  if (!job.found) {
    metrics_.failures.Add();
    return End(identity);
  }
  metrics_.evaluations.Add();
  if (!identity.Judge(*job.found, job.committed_micros)) return End(identity);
  if (!identity.IsSettled(job.found->version)) return SettleThenTell(std::move(job));
  Tell(job);
  End(identity);
}

void IdentityWatch::SettleThenTell(EvaluationJob job) {
  const auto shared = std::make_shared<const EvaluationJob>(std::move(job));
  context_.shards.OnEach(
      [this, shared](size_t shard) {
        const WatchedIdentity& identity = *shared->identity;
        forget_unless_(shard, identity.environment(), identity.identifier(),
                       shared->found->version);
      },
      [this, shared] {
        MutexLock lock(mutex_);
        shared->identity->Settle(shared->found->version);
        Tell(*shared);
        End(*shared->identity);
      });
}

void IdentityWatch::Tell(const EvaluationJob& job) {
  WatchedIdentity& identity = *job.identity;
  if (!identity.HasStreams()) return;
  // The environment may be gone by now, or be another history, which is evaluated by itself.
  const ServedEnvironmentPtr& newest = environments_.at(identity.environment()).served;
  if (!newest || newest->environment().revision < job.served->environment().revision) return;
  const std::optional<Telling> telling = identity.Judge(*job.found, job.committed_micros);
  if (!telling) return;
  identity.Tell(*telling, job.found->digest);
  if (!telling->is_news) return;
  metrics_.differences.Add();
  for (const size_t shard : identity.ShardsWithStreams()) {
    context_.shards.executor(shard).Post(
        [hub = context_.hubs[shard], channel = identity.channel(), frame = telling->frame] {
          hub->OfferPassing(channel, frame);
        });
  }
}

void IdentityWatch::End(WatchedIdentity& identity) {
  if (identity.End()) {
    single_.push_back(identity);
    Pump();
  } else {
    metrics_.pending.Add(-1);
  }
}

void IdentityWatch::PutBack(const EvaluationJob& job) {
  static_cast<void>(job.identity->Want(job.committed_micros));
  End(*job.identity);
}

void IdentityWatch::PumpLater() {
  if (is_pausing_) return;
  is_pausing_ = true;
  const auto doubled = options_.retry_min * (int64_t{1} << std::min(failures_++, kDoublingsMax));
  const auto delay = static_cast<double>(std::min(doubled, options_.retry_max).count());
  context_.shards.executor(0).PostAfter(
      std::chrono::milliseconds(static_cast<int64_t>(random_.Jitter(delay, kJitter))), [this] {
        MutexLock lock(mutex_);
        is_pausing_ = false;
        Pump();
      });
}

}  // namespace flagstream::replica
