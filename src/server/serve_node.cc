// SPDX-License-Identifier: Apache-2.0
#include "server/serve_node.h"

#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/admin/register_admin.h"
#include "api/sdk/register_sdk.h"
#include "api/sse/moved_streams.h"
#include "api/sse/queue_change.h"
#include "api/sse/register_sse.h"
#include "auth/login_limiter.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/worker_pool.h"
#include "bus/local_bus.h"
#include "replica/analytics.h"
#include "replica/replica.h"
#include "server/front.h"
#include "server/greeting.h"
#include "server/move/hand_over.h"
#include "server/retention_timer.h"
#include "server/store_metrics.h"
#include "server/version.h"
#include "service/announcement.h"
#include "service/demo_data.h"
#include "service/first_start.h"
#include "service/use_cases.h"
#include "store/query.h"
#include "store/sqlite_store.h"
#include "telemetry/registry.h"

namespace flagstream::server {
namespace {

// Threads that wait for the store: reads of identities and of the Admin API, loads of snapshots.
constexpr size_t kStoreWorkers = 4;
constexpr size_t kStoreQueueMax = 10'000;
// Password hashes that run at once; each takes some tens of MiB and of milliseconds.
constexpr size_t kHashWorkers = 2;
constexpr size_t kHashQueueMax = 100;
// How long a writer is kept waiting for this node's shards.
constexpr std::chrono::milliseconds kServedPatience{250};

// What SDKs report, on its way to the store.
class UsageToAnalytics final : public api::FeatureUsage {
 public:
  explicit UsageToAnalytics(replica::Analytics& analytics) : analytics_(analytics) {}
  void Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) override {
    analytics_.Count(environment, feature, evaluations);
  }

 private:
  replica::Analytics& analytics_;
};

// One node of `serve`. Members are in the order in which they depend on each other.
class ServeNode {
 public:
  ServeNode(const ServeOptions& options, Heritage heritage)
      : options_(options), heritage_(std::move(heritage)) {}

  // As RunNodes wants it.
  Result<std::optional<MovedClients>> Run();

 private:
  Result<> OpenStore();
  Result<> OpenFront();
  void MakeReplica();
  void MakeUseCases();
  void AddRoutes(net::Router& router, size_t index);
  api::OpsContext OpsContext();
  // What has to succeed before anybody is served.
  Result<> Prepare();
  Result<> Greet();
  void MoveIn();
  void TouchEnvironment(EnvironmentId environment, UniqueFunction<void(Result<>)> then);
  void Stop();
  std::optional<MovedClients> HandOver(Successor successor);
  void StopWork();
  void StopAnalytics();

  static auto SubmitTo(WorkerPool& pool) {
    return [&pool](Task task) { return pool.Submit(std::move(task)); };
  }

  const ServeOptions& options_;
  Heritage heritage_;  // until the front has it
  const Clock& clock_ = SystemClock();
  telemetry::Registry metrics_;
  std::unique_ptr<store::SqliteStore> store_;
  std::vector<telemetry::CallbackMetric> store_metrics_;
  service::FirstStartReport first_start_;
  bus::LocalBus bus_;
  WorkerPool workers_{kStoreWorkers, kStoreQueueMax};
  WorkerPool hash_workers_{kHashWorkers, kHashQueueMax};
  auth::LoginLimiter logins_{clock_};
  service::LimitRefusals refusals_{metrics_};
  std::unique_ptr<service::UseCases> use_cases_;
  std::unique_ptr<api::AdminContext> admin_;
  // The replica is used by what the front's threads run, and uses their executors: both refer to
  // each other, so both end (Stop) before either is destroyed.
  std::unique_ptr<replica::Replica> replica_;
  std::unique_ptr<replica::Analytics> analytics_;
  std::unique_ptr<UsageToAnalytics> usage_;
  std::unique_ptr<RetentionTimer> retention_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<SuccessorDoor> door_;  // null: nobody can take over
};

Result<std::optional<MovedClients>> ServeNode::Run() {
  FLAGSTREAM_TRY(OpenStore());
  door_ = SuccessorDoor::Open(options_.data);
  FLAGSTREAM_TRY(OpenFront());
  MakeReplica();
  MakeUseCases();
  front_->Start([this](net::Router& router, size_t index) { AddRoutes(router, index); },
                OpsContext());
  if (Result<> prepared = Prepare(); !prepared) {
    Stop();
    return prepared.error();
  }
  analytics_->Start();
  retention_->Start();
  MoveIn();
  front_->StartAccepting();
  log::Info("serving", {{"address", front_->url()}, {"threads", options_.threads}});
  if (auto successor = WaitForEnd(door_.get())) return HandOver(std::move(*successor));
  Stop();
  return std::optional<MovedClients>();
}

Result<> ServeNode::Prepare() {
  FLAGSTREAM_TRY(replica_->LoadAll());
  FLAGSTREAM_TRY(Greet());
  return SayReady(heritage_);
}

Result<> ServeNode::OpenStore() {
  store::SqliteOptions sqlite;
  sqlite.data_folder = options_.data;
  sqlite.clock = &clock_;
  FLAGSTREAM_ASSIGN(store_, store::SqliteStore::Open(sqlite));
  store_metrics_ = ShowStore(metrics_, *store_, sqlite);
  if (store_->restored())
    log::Warning("an older copy of the data was put back; every environment got a new stamp");
  service::FirstStartOptions first_start;
  first_start.email = options_.admin_email;
  first_start.password = options_.admin_password;
  first_start.token = options_.admin_token;
  first_start.demo = options_.demo;
  FLAGSTREAM_ASSIGN(first_start_, service::PrepareStore({*store_, bus_, clock_}, first_start));
  return {};
}

Result<> ServeNode::OpenFront() {
  FLAGSTREAM_ASSIGN(front_, Front::Open(options_, stream::ChannelView::kChangesMax,
                                        heritage_.clients, clock_, metrics_));
  return {};
}

void ServeNode::MakeReplica() {
  std::vector<replica::ShardPorts> ports;
  std::vector<Executor*> executors;
  for (const auto& shard : front_->shards()) {
    ports.push_back({&shard->executor, &shard->hub});
    executors.push_back(&shard->executor);
  }
  replica_ = std::make_unique<replica::Replica>(
      replica::ReplicaOptions(),
      replica::ReplicaContext{*store_, bus_, SubmitTo(workers_), clock_, metrics_},
      std::move(ports), Random(SecureRandomSeed()));
  analytics_ =
      std::make_unique<replica::Analytics>(std::chrono::seconds(options_.analytics_flush), *store_,
                                           clock_, std::move(executors), metrics_);
  usage_ = std::make_unique<UsageToAnalytics>(*analytics_);
}

void ServeNode::MakeUseCases() {
  use_cases_ = std::make_unique<service::UseCases>(
      service::Context{.store = *store_, .bus = bus_, .clock = clock_, .refusals = &refusals_},
      service::AccountOptions{options_.allow_registration});
  retention_ = std::make_unique<RetentionTimer>(
      use_cases_->context,
      service::RetentionDays{.audit = options_.audit_retention,
                             .analytics = options_.analytics_retention},
      SubmitTo(workers_), front_->shards().front()->executor, metrics_);
  admin_ = std::make_unique<api::AdminContext>(api::AdminContext{
      *use_cases_, logins_, SubmitTo(workers_), SubmitTo(hash_workers_),
      [this](std::vector<bus::Change> changes, Executor& executor, Task then) {
        replica_->WhenServed(std::move(changes), kServedPatience, executor, std::move(then));
      },
      [this](EnvironmentId environment) {
        return front_->LookAtStreams(replica::ChannelOf(environment));
      },
      options_.public_url});
}

void ServeNode::AddRoutes(net::Router& router, size_t index) {
  replica::ShardReplica& replica = replica_->shard(index);
  api::RegisterSdk(router, {replica, analytics_->requests(index), *usage_});
  api::RegisterAdmin(router, *admin_);
  api::RegisterSse(router, front_->StreamContext(index), replica);
  if (!options_.publish_token) return;
  api::RegisterQueueChange(
      router,
      api::TouchContext{*options_.publish_token, replica,
                        [this](EnvironmentId environment, UniqueFunction<void(Result<>)> then) {
                          TouchEnvironment(environment, std::move(then));
                        }});
}

void ServeNode::MoveIn() {
  front_->MoveIn(std::move(heritage_.clients), [this](size_t index, api::MovedSseStream moved) {
    api::MoveInStream(front_->StreamContext(index), replica_->shard(index),
                      front_->shards()[index]->executor, std::move(moved));
  });
}

void ServeNode::TouchEnvironment(EnvironmentId environment, UniqueFunction<void(Result<>)> then) {
  auto shared_then = std::make_shared<UniqueFunction<void(Result<>)>>(std::move(then));
  const bool accepted = workers_.Submit([this, environment, shared_then] {
    const auto announced = service::AnnounceEnvironment(use_cases_->context, environment);
    (*shared_then)(announced ? Result<>() : Result<>(announced.error()));
  });
  if (!accepted) (*shared_then)(Error::Unavailable("too much is waiting for the store"));
}

api::OpsContext ServeNode::OpsContext() {
  return {[this] { return replica_->IsReady(); }, [this] { return metrics_.PrometheusText(); },
          [] { return api::InstallationState{true, true}; }, std::string(kVersion)};
}

Result<> ServeNode::Greet() {
  GreetingFacts facts{front_->url(), options_.data, first_start_, options_.admin_token,
                      std::nullopt};
  if (options_.demo) {
    FLAGSTREAM_ASSIGN(facts.demo_feature_state, service::FindDemoFeatureState(use_cases_->context));
  }
  std::fputs(Greeting(facts).c_str(), stdout);
  std::fflush(stdout);
  return {};
}

// What is under way is finished from the outside in: clients, answers, loads, counts, work,
// messages; the store comes last.
void ServeNode::Stop() {
  front_->EndStreams();
  StopWork();
  front_->Stop();
}

// As Stop, but that clients are given away, and that the store is closed before they go on.
std::optional<MovedClients> ServeNode::HandOver(Successor successor) {
  MovedClients clients = front_->MoveOut();
  StopWork();
  door_.reset();
  store_metrics_.clear();
  store_.reset();
  return FinishHandOver(std::move(successor), std::move(clients), *front_);
}

void ServeNode::StopWork() {
  replica_->Stop();
  StopAnalytics();
  retention_->Stop();
  workers_.Stop();
  hash_workers_.Stop();
  bus_.Stop();
}

// The shards still run, so each can hand over what it counted.
void ServeNode::StopAnalytics() {
  std::promise<void> gathered;
  analytics_->Gather([&gathered] { gathered.set_value(); });
  gathered.get_future().wait();
  analytics_->Stop();
}

}  // namespace

Result<> RunServe(const ServeOptions& options) { return RunNodes<ServeNode>(options); }

}  // namespace flagstream::server
