// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "store/environment_loader.h"
#include "stream/frame.h"

namespace flagstream::replica {
namespace {

constexpr double kJitter = 0.2;
constexpr int kDoublingsMax = 16;

std::vector<Executor*> ExecutorsOf(const std::vector<ShardPorts>& shards) {
  std::vector<Executor*> executors;
  executors.reserve(shards.size());
  for (const ShardPorts& shard : shards) executors.push_back(shard.executor);
  return executors;
}

std::vector<stream::Hub*> HubsOf(const std::vector<ShardPorts>& shards) {
  std::vector<stream::Hub*> hubs;
  hubs.reserve(shards.size());
  for (const ShardPorts& shard : shards) hubs.push_back(shard.hub);
  return hubs;
}

uint64_t DrawSeed(Random& random) {
  return static_cast<uint64_t>(random.Between(0, std::numeric_limits<int64_t>::max()));
}

double SecondsSince(SteadyTime start, const Clock& clock) {
  return std::chrono::duration<double>(clock.Steady() - start).count();
}

}  // namespace

struct Replica::Shard {
  Shard(size_t index, const ShardPorts& ports, const ReplicaOptions& options,
        const ReplicaContext& context, TraitWriter& traits, IdentityWatch& watch,
        Outstanding& outstanding)
      : hub(*ports.hub),
        identities(options.identity_cache, context.store, context.workers, *ports.executor,
                   outstanding, AddIdentityReaderMetrics(context.registry)),
        replica(index, context.clock, identities, traits, watch) {}

  stream::Hub& hub;
  IdentityReader identities;
  ShardReplica replica;
};

Replica::Replica(ReplicaOptions options, ReplicaContext context,
                 const std::vector<ShardPorts>& shards, Random random)
    : options_(options),
      context_(std::move(context)),
      metrics_(context_.registry),
      group_(ExecutorsOf(shards)),
      traits_(
          options_.identities, context_.store, context_.bus, context_.clock, group_,
          [this](size_t shard, EnvironmentId environment, const std::string& identifier) {
            shards_[shard]->replica.Forget(environment, identifier);
          },
          outstanding_, context_.registry),
      watch_(
          options_.watch,
          {context_.store, context_.workers, group_, HubsOf(shards), context_.evaluator,
           outstanding_},
          [this](size_t shard, EnvironmentId environment, const std::string& identifier,
                 const IdentityVersion& version) {
            shards_[shard]->replica.ForgetUnless(environment, identifier, version);
          },
          WatchMetrics(context_.registry), Random(DrawSeed(random))),
      random_(std::move(random)) {
  metrics_.store_reachable.Set(1);
  for (size_t i = 0; i < shards.size(); ++i) {
    shards_.push_back(
        std::make_unique<Shard>(i, shards[i], options_, context_, traits_, watch_, outstanding_));
  }
}

Replica::~Replica() {
  MutexLock lock(mutex_);
  FLAGSTREAM_ASSERT(stopping_ || !started_);
}

Result<void> Replica::Start() {
  context_.bus.Listen([this](const bus::Change& change) { OnChange(change); });
  FLAGSTREAM_TRY(ReadInitial());
  {
    MutexLock lock(mutex_);
    started_ = true;
    if (initial_.empty()) complete_.NotifyAll();
  }
  CatchUpLater();
  return {};
}

Result<void> Replica::LoadAll() {
  FLAGSTREAM_TRY(Start());
  MutexLock lock(mutex_);
  while (!initial_.empty() && !stopping_) complete_.Wait(mutex_);
  return {};
}

void Replica::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    complete_.NotifyAll();
  }
  watch_.Stop();
  outstanding_.WaitForNone();
}

ShardReplica& Replica::shard(size_t index) { return shards_.at(index)->replica; }

void Replica::WhenServed(std::vector<bus::Change> changes, std::chrono::milliseconds patience,
                         Executor& executor, UniqueFunction<void()> then) {
  auto wait = std::make_shared<ServedWait>(executor, std::move(then));
  const auto remove = [this, wait] {
    MutexLock forgotten_lock(mutex_);
    wait->Remove();
  };
  MutexLock lock(mutex_);
  wait->Add();  // so that it does not end before all are added
  for (const bus::Change& change : changes) {
    wait->Add();
    if (change.identity) {
      ForgetIdentity(change, remove);
    } else {
      // Heard of here too: the bus may be slower than the caller.
      Hear(change).WaitFor(change.revision, wait);
    }
  }
  wait->Remove();
  if (wait->HasEnded()) return;
  executor.PostAfter(patience, [this, wait] {
    MutexLock timer_lock(mutex_);
    wait->End();
  });
}

bool Replica::IsReady() const {
  const SteadyTime now = context_.clock.Steady();
  MutexLock lock(mutex_);
  if (!started_ || !initial_.empty()) return false;
  return std::ranges::none_of(environments_, [&](const auto& followed) {
    const std::optional<SteadyTime> since = followed.second.behind_since();
    return since && now - *since > options_.behind_max;
  });
}

bool Replica::IsStoreReachable() const {
  MutexLock lock(mutex_);
  return store_reachable_;
}

void Replica::OnChange(const bus::Change& change) {
  if (change.identity) {
    ForgetIdentity(change, {});
    watch_.OnIdentityChanged(change);
  } else {
    MutexLock lock(mutex_);
    Hear(change);
  }
}

FollowedEnvironment& Replica::Hear(const bus::Change& change) {
  FollowedEnvironment& followed = environments_[change.environment];
  if (followed.Hear(change.revision, change.committed_micros, context_.clock.Steady())) {
    BeginLoad(change.environment);
  }
  return followed;
}

void Replica::ForgetIdentity(const bus::Change& change, Task then) {
  group_.OnEach([this, environment = change.environment, identifier = *change.identity](
                    size_t shard) { shards_[shard]->replica.Forget(environment, identifier); },
                std::move(then));
}

void Replica::BeginLoad(EnvironmentId id) {
  if (stopping_) return;
  Task load = [this, id, token = Outstanding::Token(outstanding_)] {
    // The failure is dealt with: the environment is tried again.
    static_cast<void>(Load(id));
  };
  if (context_.workers(std::move(load))) return;
  group_.executor(0).Post(
      [this, id] { OnFailed(id, Error::Unavailable("too much is being read from the store")); });
}

Result<void> Replica::Load(EnvironmentId id) {
  Result<std::optional<flags::Environment>> environment = Read(id);
  NoteStore(environment.ok() || environment.error().code() != ErrorCode::kUnavailable);
  if (!environment) {
    OnFailed(id, environment.error());
    return environment.error();
  }
  if (!*environment) {
    HandOverGone(id);
    return {};
  }
  const SteadyTime start = context_.clock.Steady();
  auto served = std::make_shared<const ServedEnvironment>(**std::move(environment));
  metrics_.compile_seconds.Observe(SecondsSince(start, context_.clock));
  HandOver(std::move(served));
  return {};
}

Result<std::optional<flags::Environment>> Replica::Read(EnvironmentId id) {
  const SteadyTime start = context_.clock.Steady();
  std::optional<flags::Environment> environment;
  int64_t now = 0;
  FLAGSTREAM_TRY(context_.store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(environment, store::LoadEnvironment(reader, id));
    FLAGSTREAM_ASSIGN(now, reader.NowMicros());
    return {};
  }));
  metrics_.load_seconds.Observe(SecondsSince(start, context_.clock));
  if (environment) {
    metrics_.stamp_lead_micros.Set(std::max<int64_t>(0, environment->stamp.micros() - now));
  }
  return environment;
}

void Replica::HandOver(ServedEnvironmentPtr served) {
  const EnvironmentId id = served->environment().id;
  {
    MutexLock lock(mutex_);
    FollowedEnvironment& followed = environments_.at(id);
    followed.OnLoaded();
    if (served->environment().revision >= followed.served()) {
      group_.OnEach([this, served](size_t shard) { shards_[shard]->replica.Apply(served); },
                    [this, served] { OnServed(served); });
      return;
    }
    // Revisions only rise, so this is another history, as after a restore: begin anew.
    log::Warning("an environment went back to an older revision", {{"environment", id.value}});
    static_cast<void>(followed.Doubt());
  }
  HandOverGone(id);
}

void Replica::OnServed(const ServedEnvironmentPtr& served) {
  const flags::Environment& environment = served->environment();
  MutexLock lock(mutex_);
  FollowedEnvironment& followed = environments_.at(environment.id);
  if (followed.served() == 0) metrics_.environments.Add(1);
  // First, so that who is answered because of OnServed, and then opens a stream, is told this stamp
  // first: the offer is on its way to every hub by then.
  Release(environment, followed);
  const bool load_again = followed.OnServed(environment.revision);
  watch_.OnServed(served, followed.CommittedMicros(environment.revision));
  NoteInitial(environment.id);
  if (load_again) BeginLoad(environment.id);
}

void Replica::Release(const flags::Environment& environment, FollowedEnvironment& followed) {
  if (!followed.Release(environment.stamp)) return;
  const int64_t committed = followed.CommittedMicros(environment.revision);
  if (committed > 0) {
    const int64_t took = std::max<int64_t>(0, context_.clock.NowMicros() - committed);
    metrics_.release_seconds.Observe(static_cast<double>(took) / 1e6);
  }
  if (!environment.project.enable_realtime_updates) return;
  group_.OnEach([this, channel = ChannelOf(environment.id),
                 frame = stream::MakeFrame(environment.stamp, committed)](size_t shard) {
    shards_[shard]->hub.Offer(channel, frame);
  });
}

void Replica::HandOverGone(EnvironmentId id) {
  group_.OnEach([this, id](size_t shard) { shards_[shard]->replica.Remove(id); },
                [this, id] { OnRemoved(id); });
}

void Replica::OnRemoved(EnvironmentId id) {
  MutexLock lock(mutex_);
  // Only now: whoever connects again must not find it on another shard.
  group_.OnEach(
      [this, channel = ChannelOf(id)](size_t shard) { shards_[shard]->hub.Close(channel); });
  watch_.OnRemoved(id);
  FollowedEnvironment& followed = environments_.at(id);
  if (followed.served() != 0) metrics_.environments.Add(-1);
  NoteInitial(id);
  if (followed.OnRemoved()) {
    BeginLoad(id);
  } else {
    environments_.erase(id);
  }
}

void Replica::OnFailed(EnvironmentId id, const Error& error) {
  metrics_.load_failures.Add();
  MutexLock lock(mutex_);
  const int failures = environments_.at(id).OnFailed();
  if (failures == 1) {
    log::Warning("an environment could not be loaded",
                 {{"environment", id.value}, {"cause", error.ToString()}});
  }
  // Data that cannot be read must not keep the node from serving the rest.
  if (error.code() == ErrorCode::kCorrupt) NoteInitial(id);
  const auto doubled = options_.retry_min * (int64_t{1} << std::min(failures - 1, kDoublingsMax));
  const auto delay = static_cast<double>(std::min(doubled, options_.retry_max).count());
  group_.executor(0).PostAfter(
      std::chrono::milliseconds(static_cast<int64_t>(random_.Jitter(delay, kJitter))), [this, id] {
        MutexLock retry_lock(mutex_);
        BeginLoad(id);
      });
}

void Replica::NoteInitial(EnvironmentId id) {
  if (initial_.erase(id) > 0 && initial_.empty()) complete_.NotifyAll();
}

void Replica::NoteStore(bool reachable) {
  MutexLock lock(mutex_);
  if (store_reachable_ == reachable) return;
  store_reachable_ = reachable;
  metrics_.store_reachable.Set(reachable ? 1 : 0);
  if (reachable) {
    log::Info("the store can be read again");
  } else {
    log::Warning("the store cannot be read; what was read is served");
  }
}

Result<std::vector<store::EnvironmentRevision>> Replica::ReadRevisions() {
  std::vector<store::EnvironmentRevision> revisions;
  const Result<void> read = context_.store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(revisions, store::ListRevisions(reader));
    return {};
  });
  NoteStore(read.ok());
  if (!read) return read.error();
  return revisions;
}

Result<void> Replica::ReadInitial() {
  FLAGSTREAM_ASSIGN(const std::vector<store::EnvironmentRevision> stored, ReadRevisions());
  const SteadyTime now = context_.clock.Steady();
  std::vector<EnvironmentId> ids;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, revision] : stored) {
      initial_.insert(id);
      // One that the bus told of meanwhile is under way already.
      if (environments_[id].Hear(revision, 0, now)) ids.push_back(id);
    }
  }
  for (const EnvironmentId id : ids) {
    const Result<void> loaded = Load(id);
    if (!loaded && loaded.error().code() == ErrorCode::kUnavailable) return loaded.error();
  }
  return {};
}

void Replica::CatchUpLater() {
  MutexLock lock(mutex_);
  const auto interval = static_cast<double>(options_.catch_up_interval.count());
  group_.executor(0).PostAfter(
      std::chrono::milliseconds(static_cast<int64_t>(random_.Jitter(interval, kJitter))),
      [this] { CatchUp(); });
}

void Replica::CatchUp() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
  }
  Task look = [this, token = Outstanding::Token(outstanding_)] {
    const auto stored = ReadRevisions();
    if (stored) Compare(*stored);
    CatchUpLater();
  };
  if (!context_.workers(std::move(look))) CatchUpLater();
}

void Replica::Compare(const std::vector<store::EnvironmentRevision>& stored) {
  const SteadyTime now = context_.clock.Steady();
  std::unordered_set<EnvironmentId> seen;
  MutexLock lock(mutex_);
  const auto load_if = [&](EnvironmentId id, bool wanted) REQUIRES(mutex_) {
    if (!wanted) return;
    metrics_.repairs.Add();
    BeginLoad(id);
  };
  for (const auto& [id, revision] : stored) {
    seen.insert(id);
    FollowedEnvironment& followed = environments_[id];
    const bool went_back = revision < followed.served();
    load_if(id, went_back ? followed.Doubt() : followed.Hear(revision, 0, now));
  }
  for (auto& [id, followed] : environments_) {
    if (!seen.contains(id)) load_if(id, followed.Doubt());
  }
}

}  // namespace flagstream::replica
