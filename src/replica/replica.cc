// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "store/environment_loader.h"

namespace flagstream::replica {
namespace {

constexpr double kRetryJitter = 0.3;
constexpr std::array<double, 10> kLoadSecondsBounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                    0.025,  0.05,  0.1,    0.5,   2.5};

std::string ChannelOf(EnvironmentId id) { return std::to_string(id.value); }

std::vector<Executor*> ExecutorsOf(const std::vector<ShardPorts>& ports) {
  std::vector<Executor*> executors;
  for (const ShardPorts& port : ports) executors.push_back(port.executor);
  return executors;
}

IdentityReaderMetrics MakeReaderMetrics(telemetry::Registry& metrics) {
  constexpr std::string_view kReads = "flagstream_identity_reads_total";
  constexpr std::string_view kReadsHelp = "Stored identities that answers asked for.";
  return {metrics.AddCounter(kReads, kReadsHelp, {{"cache", "hit"}}),
          metrics.AddCounter(kReads, kReadsHelp, {{"cache", "miss"}}),
          metrics.AddGauge("flagstream_identity_cache_entries", "Identities in the caches."),
          metrics.AddGauge("flagstream_identity_cache_bytes", "Memory of cached identities.")};
}

Result<std::optional<flags::Environment>> ReadEnvironment(store::Store& store, EnvironmentId id) {
  std::optional<flags::Environment> environment;
  FLAGSTREAM_TRY(store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(environment, store::LoadEnvironment(reader, id));
    return {};
  }));
  return environment;
}

}  // namespace

struct Replica::Shard {
  Shard(Replica& replica, size_t index, ShardPorts its_ports)
      : ports(its_ports),
        identities(replica.options_.identity_cache, replica.context_.store,
                   replica.context_.workers, *ports.executor, replica.outstanding_,
                   MakeReaderMetrics(replica.context_.metrics)),
        serving(index, replica.context_.clock, identities, replica.traits_) {}

  const ShardPorts ports;
  IdentityReader identities;
  ShardReplica serving;
};

Replica::Replica(ReplicaOptions options, ReplicaContext context, std::vector<ShardPorts> shards,
                 Random random)
    : options_(options),
      context_(std::move(context)),
      load_seconds_(context_.metrics.AddHistogram(
          "flagstream_environment_load_seconds",
          "Reading an environment from the store and preparing its answers.", kLoadSecondsBounds)),
      loads_failed_(context_.metrics.AddCounter("flagstream_environment_loads_failed_total",
                                                "Loads of an environment that failed.")),
      group_(ExecutorsOf(shards)),
      traits_(
          options_.identities, context_.store, context_.bus, context_.clock, group_,
          [this](size_t shard, EnvironmentId environment, const std::string& identifier) {
            shards_[shard]->serving.Forget(environment, identifier);
          },
          outstanding_, context_.metrics),
      shards_(MakeShards(shards)),
      random_(std::move(random)) {
  callback_metrics_.push_back(context_.metrics.AddCallbackGauge(
      "flagstream_environments", "Environments that this node follows.", [this] {
        MutexLock lock(mutex_);
        return static_cast<double>(environments_.size());
      }));
  callback_metrics_.push_back(context_.metrics.AddCallbackGauge(
      "flagstream_environments_behind", "Environments whose newest change is not served yet.",
      [this] {
        MutexLock lock(mutex_);
        return static_cast<double>(
            std::count_if(environments_.begin(), environments_.end(),
                          [](const auto& entry) { return entry.second.IsBehind(); }));
      }));
  callback_metrics_.push_back(context_.metrics.AddCallbackGauge(
      "flagstream_ready", "1 if this node is known to be current.",
      [this] { return IsReady() ? 1.0 : 0.0; }));
}

Replica::~Replica() = default;

std::vector<std::unique_ptr<Replica::Shard>> Replica::MakeShards(
    const std::vector<ShardPorts>& ports) {
  std::vector<std::unique_ptr<Shard>> shards;
  for (size_t i = 0; i < ports.size(); ++i) {
    shards.push_back(std::make_unique<Shard>(*this, i, ports[i]));
  }
  return shards;
}

ShardReplica& Replica::shard(size_t index) { return shards_[index]->serving; }

Result<void> Replica::Start() {
  context_.bus.Listen([this](const bus::Change& change) { OnChange(change); });
  FLAGSTREAM_TRY(Compare());
  {
    MutexLock lock(mutex_);
    FLAGSTREAM_ASSERT(!started_);
    started_ = true;
  }
  CatchUpLater();
  return {};
}

Result<void> Replica::LoadAll() {
  FLAGSTREAM_TRY(Start());
  MutexLock lock(mutex_);
  while (!HasEverything()) served_.Wait(mutex_);
  return {};
}

bool Replica::HasEverything() const {
  return std::none_of(environments_.begin(), environments_.end(),
                      [](const auto& entry) { return entry.second.IsBehind(); });
}

void Replica::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  outstanding_.WaitForNone();
}

bool Replica::IsReady() const {
  const SteadyTime now = context_.clock.Steady();
  MutexLock lock(mutex_);
  if (!started_) return false;
  if (!store_reachable_) return true;
  return std::none_of(environments_.begin(), environments_.end(), [&](const auto& entry) {
    return entry.second.IsBehind() && now - entry.second.behind_since > options_.behind_max;
  });
}

bool Replica::IsStoreReachable() const {
  MutexLock lock(mutex_);
  return store_reachable_;
}

// ---- What is heard of

void Replica::OnChange(const bus::Change& change) {
  if (change.identity) return ForgetIdentity(change.environment, *change.identity, {});
  MutexLock lock(mutex_);
  Hear(change.environment, change.revision, change.committed_micros);
}

void Replica::Hear(EnvironmentId id, int64_t revision, int64_t committed_micros) {
  if (stopping_) return;
  FollowedEnvironment& followed = environments_[id];
  if (revision <= followed.known_revision) return;
  if (!followed.IsBehind()) followed.behind_since = context_.clock.Steady();
  followed.known_revision = revision;
  followed.committed_micros = committed_micros;
  if (!followed.is_loading) BeginLoad(id, followed);
}

void Replica::ForgetIdentity(EnvironmentId environment, std::string identifier, Task then) {
  group_.OnEach(
      [this, environment, identifier = std::move(identifier),
       token = std::make_shared<Outstanding::Token>(outstanding_)](size_t shard) {
        shards_[shard]->serving.Forget(environment, identifier);
      },
      std::move(then));
}

// ---- One load

void Replica::BeginLoad(EnvironmentId id, FollowedEnvironment& followed) {
  followed.is_loading = true;
  const bool accepted = context_.workers(
      [this, id, token = Outstanding::Token(outstanding_)] { Load(id); });
  if (!accepted) RetryLater(id, followed);
}

void Replica::Load(EnvironmentId id) {
  const SteadyTime start = context_.clock.Steady();
  Result<std::optional<flags::Environment>> environment = ReadEnvironment(context_.store, id);
  if (!environment) return OnLoadFailed(id, environment.error());
  Outstanding::Token token(outstanding_);
  if (!environment->has_value()) {
    return group_.OnEach(
        [this, id](size_t shard) {
          shards_[shard]->serving.Remove(id);
          shards_[shard]->ports.hub->Close(ChannelOf(id));
        },
        [this, id, token = std::move(token)] { OnGone(id); });
  }
  auto served = std::make_shared<const ServedEnvironment>(*std::move(*environment));
  load_seconds_.Observe(
      std::chrono::duration<double>(context_.clock.Steady() - start).count());
  group_.OnEach([this, served](size_t shard) { shards_[shard]->serving.Apply(served); },
                [this, served, token = std::move(token)] { OnServed(served); });
}

void Replica::OnLoadFailed(EnvironmentId id, const Error& error) {
  loads_failed_.Add();
  log::Warning("an environment could not be loaded",
               {{"environment", id.value}, {"reason", error.ToString()}});
  MutexLock lock(mutex_);
  RetryLater(id, environments_[id]);
}

void Replica::RetryLater(EnvironmentId id, FollowedEnvironment& followed) {
  followed.retry_delay =
      std::clamp(followed.retry_delay * 2, options_.retry_min, options_.retry_max);
  const double delay = random_.Jitter(static_cast<double>(followed.retry_delay.count()), kRetryJitter);
  group_.executor(0).PostAfter(std::chrono::milliseconds(static_cast<int64_t>(delay)), [this, id] {
    MutexLock inner_lock(mutex_);
    if (!stopping_) BeginLoad(id, environments_[id]);
  });
}

void Replica::OnServed(const ServedEnvironmentPtr& served) {
  const flags::Environment& environment = served->environment();
  MutexLock lock(mutex_);
  FollowedEnvironment& followed = environments_[environment.id];
  followed.is_loading = false;
  followed.retry_delay = {};
  followed.served_revision = std::max(followed.served_revision, environment.revision);
  Release(*served, followed);
  if (followed.IsBehind() && !stopping_) BeginLoad(environment.id, followed);
  followed.known_revision = std::max(followed.known_revision, followed.served_revision);
  ConcludeWaits();
  served_.NotifyAll();
}

// Every shard has the data: clients may be told.
void Replica::Release(const ServedEnvironment& served, FollowedEnvironment& followed) {
  const flags::Environment& environment = served.environment();
  if (!environment.project.enable_realtime_updates || environment.stamp <= followed.released) return;
  followed.released = environment.stamp;
  const bool is_known_commit = followed.known_revision == environment.revision;
  const stream::FramePtr frame =
      stream::MakeFrame(environment.stamp, is_known_commit ? followed.committed_micros : 0);
  for (const auto& shard : shards_) {
    shard->ports.executor->Post([hub = shard->ports.hub, channel = ChannelOf(environment.id),
                                 frame] { hub->Offer(channel, frame); });
  }
}

void Replica::OnGone(EnvironmentId id) {
  MutexLock lock(mutex_);
  environments_.erase(id);
  ConcludeWaits();
  served_.NotifyAll();
}

// ---- Catch-up

void Replica::CatchUpLater() {
  group_.executor(0).PostAfter(options_.catch_up_interval, [this] {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    const bool accepted =
        context_.workers([this, token = Outstanding::Token(outstanding_)] { CatchUp(); });
    if (!accepted) CatchUpLater();
  });
}

void Replica::CatchUp() {
  const Result<void> compared = Compare();
  {
    MutexLock lock(mutex_);
    if (store_reachable_ != compared.ok()) {
      store_reachable_ = compared.ok();
      compared ? log::Info("the store answers again")
               : log::Error("the store does not answer", {{"reason", compared.error().ToString()}});
    }
  }
  CatchUpLater();
}

Result<void> Replica::Compare() {
  std::vector<store::EnvironmentRevision> revisions;
  FLAGSTREAM_TRY(context_.store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(revisions, store::ListRevisions(reader));
    return {};
  }));
  MutexLock lock(mutex_);
  std::unordered_set<EnvironmentId> listed;
  for (const store::EnvironmentRevision& one : revisions) {
    listed.insert(one.environment);
    Hear(one.environment, one.revision, /*committed_micros=*/0);
  }
  // One that is not listed is gone, or was made after the list: a load tells.
  for (auto& [id, followed] : environments_) {
    if (!listed.contains(id) && !followed.is_loading && !stopping_) BeginLoad(id, followed);
  }
  return {};
}

// ---- Who waits

bool Replica::IsMissing(const bus::Change& change) const {
  const auto found = environments_.find(change.environment);
  return found != environments_.end() && found->second.served_revision < change.revision;
}

void Replica::WhenServed(std::vector<bus::Change> changes, std::chrono::milliseconds patience,
                         Executor& executor, Task then) {
  uint64_t number = 0;
  {
    MutexLock lock(mutex_);
    std::erase_if(changes, [this](const bus::Change& change) {
      mutex_.AssertHeld();
      return !change.identity && !IsMissing(change);
    });
    if (changes.empty()) return executor.Post(std::move(then));
    number = ++waits_begun_;
    waits_.emplace(number, ServedWait{changes, &executor, std::move(then)});
  }
  for (const bus::Change& change : changes) {
    if (!change.identity) continue;
    ForgetIdentity(change.environment, *change.identity, [this, number, identity = *change.identity] {
      MutexLock lock(mutex_);
      const auto wait = waits_.find(number);
      if (wait == waits_.end()) return;
      std::erase_if(wait->second.missing,
                    [&](const bus::Change& missing) { return missing.identity == identity; });
      ConcludeWaits();
    });
  }
  executor.PostAfter(patience, [this, number] { GiveUpWait(number); });
}

void Replica::ConcludeWaits() {
  for (auto wait = waits_.begin(); wait != waits_.end();) {
    std::erase_if(wait->second.missing, [this](const bus::Change& change) {
      mutex_.AssertHeld();
      return !change.identity && !IsMissing(change);
    });
    if (!wait->second.missing.empty()) {
      ++wait;
      continue;
    }
    wait->second.Conclude();
    wait = waits_.erase(wait);
  }
}

void Replica::GiveUpWait(uint64_t number) {
  MutexLock lock(mutex_);
  const auto wait = waits_.find(number);
  if (wait == waits_.end()) return;
  wait->second.Conclude();
  waits_.erase(wait);
}

}  // namespace flagstream::replica
