// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/watch_test_world.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "base/assert.h"
#include "replica/trait_store.h"
#include "replica/watch/evaluate_by_plan.h"
#include "store/environment_loader.h"
#include "store/query.h"
#include "store/records.h"
#include "store/stamping.h"

namespace flagstream::replica {
namespace {

constexpr EnvironmentId kEnvironment{1};

// Hands the stamps of the events it is sent, and its end, to the test.
class RecordingSink final : public stream::Sink {
 public:
  RecordingSink(std::function<void(Stamp)> on_event, bool& ended)
      : on_event_(std::move(on_event)), ended_(ended) {}

  size_t Send(std::string_view bytes) override {
    constexpr std::string_view kMember = "\"updated_at\": ";
    const size_t at = bytes.find(kMember);
    if (at == std::string_view::npos) return bytes.size();
    const double seconds = std::stod(std::string(bytes.substr(at + kMember.size())));
    on_event_(Stamp::FromMicros(std::llround(seconds * 1e6)));
    return bytes.size();
  }
  void WaitWritable() override {}
  void Finish() override { ended_ = true; }

 private:
  std::function<void(Stamp)> on_event_;
  bool& ended_;
};

// A failure that a test planned is one of the watch's reads; what is written goes well.
void Commit(store::MemoryStore& store,
            const std::function<Result<void>(store::Transaction&)>& work) {
  constexpr int64_t kNever = 1'000'000'000;
  store.FailCall(kNever, Error::Unavailable("never"));
  const Result<void> result = store::WriteAndWait(store, work);
  FLAGSTREAM_ASSERT(result.ok());
}

template <class Record>
Record GetRecord(store::Reader& reader, int64_t id) {
  auto found = store::Get<Record>(reader, id);
  FLAGSTREAM_ASSERT(found.ok() && found->has_value());
  return **std::move(found);
}

Result<void> Fill(store::Transaction& tx) {
  store::Organisation organisation{.name = "organisation"};
  FLAGSTREAM_TRY(store::Insert(tx, organisation));
  store::Project project{.organisation_id = organisation.id, .name = "project"};
  FLAGSTREAM_TRY(store::Insert(tx, project));
  store::Environment environment{
      .project_id = project.id, .name = "environment", .api_key = "client"};
  FLAGSTREAM_TRY(store::Insert(tx, environment));
  store::Feature feature{
      .project_id = project.id, .name = "f", .name_folded = "f", .type = "STANDARD"};
  FLAGSTREAM_TRY(store::Insert(tx, feature));
  store::FeatureState state{.environment_id = environment.id,
                            .feature_id = feature.id,
                            .value_type = "unicode",
                            .value = "default"};
  FLAGSTREAM_TRY(store::Insert(tx, state));
  FLAGSTREAM_TRY(store::StampEnvironment(tx, kEnvironment));
  return {};
}

}  // namespace

WatchWorld::WatchWorld(size_t shards, WatchOptions options) : kept_(shards) {
  Commit(store, Fill);
  std::vector<Executor*> executors;
  std::vector<stream::Hub*> hubs;
  for (size_t i = 0; i < shards; ++i) {
    executors_.push_back(std::make_unique<testing::ManualExecutor>(clock));
    hubs_.push_back(std::make_unique<stream::Hub>(stream::HubOptions{}, *executors_.back(), clock,
                                                  Random(i), registry));
    executors.push_back(executors_.back().get());
    hubs.push_back(hubs_.back().get());
  }
  group_ = std::make_unique<ShardGroup>(std::move(executors));
  const Workers workers = [this](Task task) {
    if (workers_refuse) return false;
    worker_tasks_.push_back(std::move(task));
    return true;
  };
  const IdentityEvaluator evaluator = [this](const flags::Snapshot& snapshot,
                                             const flags::EvaluatedIdentity& identity) {
    ++evaluations;
    return EvaluateByPlan(snapshot, identity);
  };
  watch = std::make_unique<IdentityWatch>(
      options, WatchContext{store, workers, *group_, std::move(hubs), evaluator, outstanding_},
      [this](size_t shard, EnvironmentId, const std::string& identifier,
             const IdentityVersion& version) { kept_[shard][identifier] = version; },
      WatchMetrics(registry), Random(3));
}

WatchWorld::~WatchWorld() {
  watch->Stop();
  Settle();
  for (Client& client : clients_) Close(client);
  outstanding_.WaitForNone();
}

bus::Change WatchWorld::SetTrait(const std::string& identifier, const std::string& key,
                                 std::string value) {
  bus::Change change{
      .environment = kEnvironment, .identity = identifier, .committed_micros = clock.NowMicros()};
  Commit(store, [&](store::Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const TraitsWritten written,
                      StoreTraits(tx, {}, kEnvironment, identifier,
                                  {{.key = key, .value = value, .transient = false}}));
    if (!written.issued) return {};
    change.revision = written.issued->revision;
    change.stamp = written.issued->stamp;
    return {};
  });
  return change;
}

bus::Change WatchWorld::DeleteIdentity(const std::string& identifier) {
  bus::Change change{.environment = kEnvironment, .identity = identifier};
  Commit(store, [&](store::Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const std::optional<store::Identity> found,
                      store::FindOne(tx, store::Select<store::Identity>().Where(
                                             &store::Identity::identifier, identifier)));
    FLAGSTREAM_ASSIGN(const store::IssuedStamp issued, store::DeleteIdentity(tx, found.value()));
    change.revision = issued.revision;
    change.stamp = issued.stamp;
    return {};
  });
  return change;
}

void WatchWorld::ChangeEnvironment(const std::string& value) {
  Commit(store, [&](store::Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(store::StampEnvironment(tx, kEnvironment));
    if (value.empty()) return {};
    auto state = GetRecord<store::FeatureState>(tx, 1);
    state.value = value;
    return store::Update(tx, state);
  });
}

void WatchWorld::SetRealtime(bool on) {
  Commit(store, [&](store::Transaction& tx) -> Result<void> {
    auto project = GetRecord<store::Project>(tx, 1);
    project.enable_realtime_updates = on;
    return store::Update(tx, project);
  });
}

void WatchWorld::Serve() {
  const Result<void> read = store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(auto environment, store::LoadEnvironment(reader, kEnvironment));
    served_ = std::make_shared<const ServedEnvironment>(*std::move(environment));
    return {};
  });
  FLAGSTREAM_ASSERT(read.ok());
  watch->OnServed(served_, clock.NowMicros());
}

void WatchWorld::Remove() { watch->OnRemoved(kEnvironment); }

bool WatchWorld::RunWorker() {
  if (worker_tasks_.empty()) return false;
  Task task = std::move(worker_tasks_.front());
  worker_tasks_.pop_front();
  task();
  return true;
}

void WatchWorld::Settle() {
  bool ran = true;
  while (ran) {
    ran = RunWorker();
    for (const auto& executor : executors_) {
      while (executor->RunOne()) ran = true;
    }
  }
}

void WatchWorld::AdvanceBy(std::chrono::milliseconds by) {
  constexpr std::chrono::milliseconds kStep{10};
  for (std::chrono::milliseconds passed{0}; passed < by; passed += kStep) {
    clock.Advance(kStep);
    Settle();
  }
}

WatchWorld::Client& WatchWorld::Open(size_t shard, const std::string& identifier) {
  Client& client = clients_.emplace_back();
  client.identifier = identifier;
  IdentityWatch::Joining joining =
      watch->Join(shard, kEnvironment, {wire::KeyKind::kClient, identifier});
  client.interest = std::make_unique<IdentityWatch::Interest>(std::move(joining.interest));
  hubs_[shard]->JoinPassing(
      joining.channel, std::move(joining.first),
      std::make_unique<RecordingSink>([this, &client](Stamp stamp) { OnEvent(client, stamp); },
                                      client.ended),
      {.age_max = stream::kUnlimitedAge});
  return client;
}

IdentityData WatchWorld::Read(const std::string& identifier) {
  IdentityData identity;
  const Result<void> read = store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(identity, ReadIdentity(reader, kEnvironment, identifier));
    return {};
  });
  FLAGSTREAM_ASSERT(read.ok());
  return identity;
}

Stamp WatchWorld::AnswerStampOf(const std::string& identifier) {
  return AnswerStamp(*served_, Read(identifier));
}

// What a shard has cached can only be older than what it was made to keep if it was read before,
// so a fetch is answered with that version or a newer one.
void WatchWorld::OnEvent(Client& client, Stamp stamp) {
  client.events.push_back(stamp);
  for (const auto& kept : kept_) {
    const auto version = kept.find(client.identifier);
    ASSERT_NE(version, kept.end()) << "an event before a shard forgot what is older";
    const Stamp of_environment = served_->environment().stamp;
    EXPECT_GE(std::max(of_environment, version->second.stamp), stamp);
  }
  EXPECT_GE(AnswerStampOf(client.identifier), stamp);
}

double WatchWorld::Metric(const std::string& name) const {
  const std::string text = "\n" + registry.PrometheusText();
  const size_t found = text.find("\n" + name + " ");
  FLAGSTREAM_ASSERT(found != std::string::npos);
  return std::stod(text.substr(found + name.size() + 2));
}

}  // namespace flagstream::replica
