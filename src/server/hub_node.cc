// SPDX-License-Identifier: Apache-2.0
#include "server/hub_node.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/sse/moved_streams.h"
#include "api/sse/queue_change.h"
#include "api/sse/register_sse.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "replica/stamp_relay.h"
#include "server/front.h"
#include "server/move/hand_over.h"
#include "server/store_metrics.h"
#include "server/version.h"
#include "store/stamp_log.h"
#include "telemetry/registry.h"

namespace flagstream::server {
namespace {

// Keeps the stamps of a relay in the stamp log: those that come together are done together.
class LogKeeper final : public replica::StampKeeper {
 public:
  explicit LogKeeper(store::StampLog& log) : log_(log) {}

  void Keep(std::vector<replica::KeyStamp> stamps, UniqueFunction<void(Result<>)> done) override {
    if (stamps.empty()) return done(Result<>());
    auto batch = std::make_shared<Batch>(stamps.size(), std::move(done));
    for (const replica::KeyStamp& stamp : stamps) {
      log_.Put(stamp.key, stamp.stamp, /*where=*/nullptr,
               [batch](Result<> put) { batch->OnPut(std::move(put)); });
    }
  }

 private:
  // The log calls back from one thread, but for what it refuses or already has: from the caller's.
  class Batch {
   public:
    Batch(size_t size, UniqueFunction<void(Result<>)> done)
        : missing_(size), done_(std::move(done)) {}

    void OnPut(Result<> put) EXCLUDES(mutex_) {
      MutexLock lock(mutex_);
      if (!put) worst_ = std::move(put);
      if (--missing_ == 0) done_(std::move(worst_));
    }

   private:
    Mutex mutex_;
    size_t missing_ GUARDED_BY(mutex_);
    Result<> worst_ GUARDED_BY(mutex_);
    UniqueFunction<void(Result<>)> done_ GUARDED_BY(mutex_);
  };

  store::StampLog& log_;
};

// One node of `hub`. Members are in the order in which they depend on each other.
class HubNode {
 public:
  HubNode(const HubOptions& options, Heritage heritage)
      : options_(options), heritage_(std::move(heritage)) {}

  // As RunNodes wants it.
  Result<std::optional<MovedClients>> Run();

 private:
  Result<> OpenLog();
  Result<> OpenFront();
  void MakeRelay();
  void AddRoutes(net::Router& router, size_t index);
  api::OpsContext OpsContext();
  void Stop();
  std::optional<MovedClients> HandOver(Successor successor);
  void CloseLog();

  const HubOptions& options_;
  Heritage heritage_;  // until the front has it
  const Clock& clock_ = SystemClock();
  telemetry::Registry metrics_;
  // The relay outlives the front's threads and the log, whose callbacks refer to it.
  std::unique_ptr<LogKeeper> keeper_;
  std::unique_ptr<replica::StampRelay> relay_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<store::StampLog> log_;
  std::vector<telemetry::CallbackMetric> log_metrics_;
  std::unique_ptr<SuccessorDoor> door_;  // null: nobody can take over
};

Result<std::optional<MovedClients>> HubNode::Run() {
  FLAGSTREAM_TRY(OpenLog());
  door_ = SuccessorDoor::Open(options_.data);
  FLAGSTREAM_TRY(OpenFront());
  MakeRelay();
  front_->Start([this](net::Router& router, size_t index) { AddRoutes(router, index); },
                OpsContext());
  if (const Result<> ready = SayReady(heritage_); !ready) {
    Stop();
    return ready.error();
  }
  front_->MoveIn(std::move(heritage_.clients), [this](size_t index, api::MovedSseStream moved) {
    api::MoveInStream(front_->StreamContext(index), front_->shards()[index]->executor,
                      std::move(moved));
  });
  std::printf("listening on %s\n", front_->url().c_str());
  std::fflush(stdout);
  front_->StartAccepting();
  log::Info("serving", {{"address", front_->url()}, {"threads", options_.threads}});
  if (auto successor = WaitForEnd(door_.get())) return HandOver(std::move(*successor));
  Stop();
  return std::optional<MovedClients>();
}

Result<> HubNode::OpenLog() {
  store::StampLogOptions options;
  options.data_folder = options_.data;
  options.clock = &clock_;
  options.max_environments = static_cast<size_t>(options_.max_environments);
  FLAGSTREAM_ASSIGN(log_, store::StampLog::Open(options));
  log_metrics_ = ShowStampLog(metrics_, *log_, options);
  return {};
}

Result<> HubNode::OpenFront() {
  FLAGSTREAM_ASSIGN(front_,
                    Front::Open(options_, /*changes_kept=*/0, heritage_.clients, clock_, metrics_));
  return {};
}

void HubNode::MakeRelay() {
  keeper_ = std::make_unique<LogKeeper>(*log_);
  std::vector<replica::RelayShard> shards;
  for (const auto& shard : front_->shards()) shards.push_back({&shard->executor, &shard->hub});
  relay_ = std::make_unique<replica::StampRelay>(static_cast<size_t>(options_.max_environments),
                                                 *keeper_, clock_, std::move(shards));
  std::vector<replica::KeyStamp> kept;
  for (store::StampLog::Entry& entry : log_->All())
    kept.push_back({std::move(entry.key), entry.stamp});
  relay_->Restore(kept);
}

void HubNode::AddRoutes(net::Router& router, size_t index) {
  relay_->port(index).OfferRestored();
  api::RegisterSse(router, front_->StreamContext(index), api::EnvironmentsByKey());
  api::RegisterQueueChange(router, api::RelayContext{*options_.publish_token, relay_->port(index)});
}

// A hub holds no data that could be behind: it is ready when it serves.
api::OpsContext HubNode::OpsContext() {
  return {[] { return true; }, [this] { return metrics_.PrometheusText(); },
          [] { return api::InstallationState{true, true}; }, std::string(kVersion)};
}

// Reports under way are answered before the threads end; the log comes last but for those that it
// calls.
void HubNode::Stop() {
  front_->EndStreams();
  front_->Stop();
  CloseLog();
}

std::optional<MovedClients> HubNode::HandOver(Successor successor) {
  MovedClients clients = front_->MoveOut();
  CloseLog();
  return FinishHandOver(std::move(successor), std::move(clients), *front_);
}

void HubNode::CloseLog() {
  door_.reset();
  log_metrics_.clear();
  log_.reset();
}

}  // namespace

Result<> RunHub(const HubOptions& options) { return RunNodes<HubNode>(options); }

}  // namespace flagstream::server
