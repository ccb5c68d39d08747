// SPDX-License-Identifier: Apache-2.0
#include "server/hub_node.h"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "api/sse/queue_change.h"
#include "api/sse/register_sse.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "replica/stamp_relay.h"
#include "server/front.h"
#include "server/service_manager.h"
#include "server/signals.h"
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
  HubNode(const HubOptions& options, PassedSockets passed)
      : options_(options), passed_(std::move(passed)) {}

  Result<> Run();

 private:
  Result<> OpenLog();
  Result<> OpenFront();
  void MakeRelay();
  void AddRoutes(net::Router& router, size_t index);
  api::OpsContext OpsContext();
  void Stop();

  const HubOptions& options_;
  PassedSockets passed_;  // until the front has them
  const Clock& clock_ = SystemClock();
  telemetry::Registry metrics_;
  // The relay outlives the front's threads and the log, whose callbacks refer to it.
  std::unique_ptr<LogKeeper> keeper_;
  std::unique_ptr<replica::StampRelay> relay_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<store::StampLog> log_;
  std::vector<telemetry::CallbackMetric> log_metrics_;
};

Result<> HubNode::Run() {
  FLAGSTREAM_TRY(OpenLog());
  FLAGSTREAM_TRY(OpenFront());
  MakeRelay();
  front_->Start([this](net::Router& router, size_t index) { AddRoutes(router, index); },
                OpsContext());
  std::printf("listening on %s\n", front_->url().c_str());
  std::fflush(stdout);
  front_->StartAccepting();
  log::Info("serving", {{"address", front_->url()}, {"threads", options_.threads}});
  const int signal = WaitForStop();
  log::Info("stopping", {{"signal", signal}});
  Stop();
  return {};
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
  FLAGSTREAM_ASSIGN(
      front_, Front::Open(options_, /*changes_kept=*/0, std::move(passed_), clock_, metrics_));
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
  FrontShard& shard = *front_->shards()[index];
  relay_->port(index).OfferRestored();
  api::RegisterSse(router,
                   {shard.hub, front_->stream_slots(), shard.random, front_->client_profiles()},
                   api::EnvironmentsByKey());
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
  log_metrics_.clear();
  log_.reset();
}

}  // namespace

Result<> RunHub(const HubOptions& options) {
  // Before the node's first thread, which inherits it: else a signal would find that thread.
  BlockStopSignals();
  FLAGSTREAM_ASSIGN(PassedSockets passed, TakePassedSockets());
  return HubNode(options, std::move(passed)).Run();
}

}  // namespace flagstream::server
