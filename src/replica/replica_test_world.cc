// SPDX-License-Identifier: Apache-2.0
#include "replica/replica_test_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "replica/watch/evaluate_by_plan.h"
#include "store/query.h"
#include "store/stamping.h"
#include "wire/sse.h"

namespace flagstream::replica {
namespace {

// Hands the stamps of the events it is sent to the test.
class RecordingSink final : public stream::Sink {
 public:
  explicit RecordingSink(std::function<void(const std::string&)> on_event)
      : on_event_(std::move(on_event)) {}

  size_t Send(std::string_view bytes) override {
    constexpr std::string_view kMember = "\"updated_at\":";
    size_t at = bytes.find(kMember);
    if (at == std::string_view::npos) return bytes.size();
    at = bytes.find_first_of("0123456789", at + kMember.size());
    const size_t end = bytes.find_first_not_of("0123456789.", at);
    on_event_(std::string(bytes.substr(at, end - at)));
    return bytes.size();
  }
  void WaitWritable() override {}
  void Finish() override {}

 private:
  std::function<void(const std::string&)> on_event_;
};

template <class Record>
Record GetRecord(store::Transaction& tx, int64_t id) {
  auto found = store::Get<Record>(tx, id);
  FLAGSTREAM_ASSERT(found.ok() && found->has_value());
  return **std::move(found);
}

// A failure that a test planned is one of the replica's reads; the management side's go well.
void Commit(store::MemoryStore& store, const std::function<void(store::Transaction&)>& work) {
  constexpr int64_t kNever = 1'000'000'000;
  store.FailCall(kNever, Error::Unavailable("never"));
  const Result<void> result = store::WriteAndWait(store, [&](store::Transaction& tx) {
    work(tx);
    return Result<void>();
  });
  FLAGSTREAM_ASSERT(result.ok());
}

template <class T>
T Must(Result<T> result) {
  FLAGSTREAM_ASSERT(result.ok());
  return *std::move(result);
}

void SetValue(store::Transaction& tx, EnvironmentId id, int64_t revision) {
  auto state = Must(store::FindOne(tx, store::Select<store::FeatureState>().Where(
                                           &store::FeatureState::environment_id, id.value)));
  state->value = "v" + std::to_string(revision);
  FLAGSTREAM_ASSERT(store::Update(tx, *state).ok());
}

}  // namespace

ReplicaWorld::ReplicaWorld(size_t shards, ReplicaOptions options) {
  std::vector<ShardPorts> ports;
  for (size_t i = 0; i < shards; ++i) {
    executors_.push_back(std::make_unique<testing::ManualExecutor>(clock));
    hubs_.push_back(std::make_unique<stream::Hub>(stream::HubOptions{}, *executors_.back(), clock,
                                                  Random(i), registry));
    ports.push_back({executors_.back().get(), hubs_.back().get()});
  }
  const auto workers = [this](Task task) {
    if (workers_refuse) return false;
    worker_tasks_.push_back(std::move(task));
    return true;
  };
  replica = std::make_unique<Replica>(
      options, ReplicaContext{store, bus, workers, clock, registry, EvaluateByPlan}, ports,
      Random(7));
}

ReplicaWorld::~ReplicaWorld() {
  while (RunWorker()) continue;
  replica->Stop();
  for (const auto& executor : executors_) executor->RunReady();
  interests_.clear();
}

EnvironmentId ReplicaWorld::AddEnvironment() {
  int64_t id = 0;
  Commit(store, [&](store::Transaction& tx) {
    store::Organisation organisation{.name = "organisation"};
    FLAGSTREAM_ASSERT(store::Insert(tx, organisation).ok());
    store::Project project{.organisation_id = organisation.id, .name = "project"};
    FLAGSTREAM_ASSERT(store::Insert(tx, project).ok());
    store::Environment environment{.project_id = project.id, .name = "environment"};
    FLAGSTREAM_ASSERT(store::Insert(tx, environment).ok());
    id = environment.id;
    environment.api_key = KeyOf({id});
    FLAGSTREAM_ASSERT(store::Update(tx, environment).ok());
    store::Feature feature{
        .project_id = project.id, .name = "f", .name_folded = "f", .type = "STANDARD"};
    FLAGSTREAM_ASSERT(store::Insert(tx, feature).ok());
    store::FeatureState state{
        .environment_id = id, .feature_id = feature.id, .value_type = "unicode"};
    FLAGSTREAM_ASSERT(store::Insert(tx, state).ok());
  });
  Change({id});
  return {id};
}

bus::Change ReplicaWorld::Change(EnvironmentId id) {
  bus::Change change{.environment = id, .committed_micros = clock.NowMicros()};
  Commit(store, [&](store::Transaction& tx) {
    const store::IssuedStamp issued = Must(store::StampEnvironment(tx, id));
    change.revision = issued.revision;
    change.stamp = issued.stamp;
    SetValue(tx, id, issued.revision);
  });
  return change;
}

bus::Change ReplicaWorld::Revise(EnvironmentId id) {
  bus::Change change{.environment = id};
  Commit(store, [&](store::Transaction& tx) {
    change.revision = Must(store::RaiseRevision(tx, id));
    SetValue(tx, id, change.revision);
  });
  return change;
}

bus::Change ReplicaWorld::Delete(EnvironmentId id) {
  bus::Change change{.environment = id};
  Commit(store, [&](store::Transaction& tx) {
    change.revision = GetRecord<store::Environment>(tx, id.value).revision + 1;
    FLAGSTREAM_ASSERT(store::Delete(tx, store::Select<store::Environment>().Where(
                                            &store::Environment::id, id.value))
                          .ok());
  });
  return change;
}

bus::Change ReplicaWorld::DeleteIdentity(EnvironmentId id, const std::string& identifier) {
  bus::Change change{.environment = id, .identity = identifier};
  Commit(store, [&](store::Transaction& tx) {
    const auto found = store::FindOne(tx, store::Select<store::Identity>()
                                              .Where(&store::Identity::environment_id, id.value)
                                              .Where(&store::Identity::identifier, identifier));
    const auto issued = store::DeleteIdentity(tx, found->value());
    change.revision = issued->revision;
    change.stamp = issued->stamp;
  });
  return change;
}

void ReplicaWorld::SetRealtime(EnvironmentId id, bool on) {
  Commit(store, [&](store::Transaction& tx) {
    const auto environment = GetRecord<store::Environment>(tx, id.value);
    auto project = GetRecord<store::Project>(tx, environment.project_id);
    project.enable_realtime_updates = on;
    FLAGSTREAM_ASSERT(store::Update(tx, project).ok());
  });
}

void ReplicaWorld::SetRevision(EnvironmentId id, int64_t revision) {
  Commit(store, [&](store::Transaction& tx) {
    auto environment = GetRecord<store::Environment>(tx, id.value);
    environment.revision = revision;
    FLAGSTREAM_ASSERT(store::Update(tx, environment).ok());
    SetValue(tx, id, revision);
  });
}

bool ReplicaWorld::RunWorker() {
  if (worker_tasks_.empty()) return false;
  Task task = std::move(worker_tasks_.front());
  worker_tasks_.pop_front();
  task();
  return true;
}

void ReplicaWorld::Settle() {
  bool ran = true;
  while (ran) {
    ran = RunWorker();
    for (const auto& executor : executors_) {
      while (executor->RunOne()) ran = true;
    }
  }
}

void ReplicaWorld::AdvanceBy(std::chrono::milliseconds by) {
  constexpr std::chrono::milliseconds kStep{10};
  for (std::chrono::milliseconds passed{0}; passed < by; passed += kStep) {
    clock.Advance(kStep);
    Settle();
  }
}

ServedEnvironmentPtr ReplicaWorld::Find(size_t shard, EnvironmentId id) {
  return replica->shard(shard).Find(KeyOf(id)).environment;
}

int64_t ReplicaWorld::RevisionOn(size_t shard, EnvironmentId id) {
  const ServedEnvironmentPtr served = Find(shard, id);
  return served ? served->environment().revision : 0;
}

void ReplicaWorld::Subscribe(size_t shard, EnvironmentId id) {
  hubs_[shard]->Join(
      std::to_string(id.value),
      std::make_unique<RecordingSink>([this, id](const std::string& text) { OnEvent(id, text); }),
      {.age_max = stream::kUnlimitedAge});
}

void ReplicaWorld::SubscribeIdentity(size_t shard, EnvironmentId id,
                                     const std::string& identifier) {
  IdentityWatch::Joining joining =
      replica->shard(shard).WatchIdentity(id, wire::KeyKind::kClient, identifier);
  interests_.push_back(std::move(joining.interest));
  hubs_[shard]->JoinPassing(
      joining.channel, std::move(joining.first),
      std::make_unique<RecordingSink>([this, id, identifier](const std::string& text) {
        OnIdentityEvent(id, identifier, text);
      }),
      {.age_max = stream::kUnlimitedAge});
}

// Who fetches now, from whichever shard, whenever the answer comes.
void ReplicaWorld::OnIdentityEvent(EnvironmentId id, const std::string& identifier,
                                   const std::string& stamp_text) {
  const Stamp stamp = Stamp::FromMicros(std::llround(std::stod(stamp_text) * 1e6));
  identity_events_[{id, identifier}].push_back(stamp);
  for (size_t shard = 0; shard < shard_count(); ++shard) {
    const ServedEnvironmentPtr served = Find(shard, id);
    ASSERT_NE(served, nullptr) << "an event came before its data to shard " << shard;
    replica->shard(shard).LoadIdentity(
        id, identifier, [served, stamp, shard](const Result<IdentityPtr>& identity) {
          if (!identity) return;  // a failure that the test planned
          EXPECT_GE(AnswerStamp(*served, **identity), stamp) << "on shard " << shard;
        });
  }
}

void ReplicaWorld::OnEvent(EnvironmentId id, const std::string& stamp_text) {
  events_[id].push_back(stamp_text);
  for (size_t shard = 0; shard < shard_count(); ++shard) {
    const ServedEnvironmentPtr served = Find(shard, id);
    ASSERT_NE(served, nullptr) << "an event came before its data to shard " << shard;
    EXPECT_GE(std::stod(served->stamp_text), std::stod(stamp_text)) << "on shard " << shard;
    EXPECT_EQ(served->environment().feature_states[0].value,
              flags::FlagValue("v" + std::to_string(served->environment().revision)));
  }
}

}  // namespace flagstream::replica
