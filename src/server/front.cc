// SPDX-License-Identifier: Apache-2.0
#include "server/front.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <future>
#include <iterator>
#include <latch>
#include <optional>
#include <utility>

#include "base/log.h"
#include "server/service_manager.h"

namespace flagstream::server {
namespace {

using std::chrono::milliseconds;

// Descriptors kept from streams: for the store, the listeners, and requests that come beside the
// streams.
constexpr size_t kDescriptorReserve = 512;
constexpr size_t kStreamsMin = 64;
constexpr milliseconds kEndPerStream{1};
constexpr milliseconds kEndSlack{2'000};  // for those whose last chunk waits for room
// How long clients wait while what is under way is finished, before another process goes on.
constexpr milliseconds kPause{500};
constexpr size_t kStreamsPerTask = 256;  // moved in, then the shard's other work has its turn
constexpr milliseconds kLookPatience{2'000};
// Changes that follow each other so closely are one to the clients: several clicks, a script.
constexpr milliseconds kMerge{5};
constexpr milliseconds kMemoryPeriod{1'000};
constexpr int64_t kMebibyte = 1 << 20;

// As many descriptors as we may have. Returns the limit.
size_t RaiseDescriptorLimit() {
  rlimit limit{};
  FLAGSTREAM_ASSERT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

api::StreamLimits StreamLimitsFor(const NodeOptions& options) {
  const size_t descriptors = RaiseDescriptorLimit();
  const size_t total_default =
      std::max(descriptors, kDescriptorReserve + kStreamsMin) - kDescriptorReserve;
  return {.total = options.max_streams ? static_cast<size_t>(*options.max_streams) : total_default,
          .per_environment = static_cast<size_t>(options.max_streams_per_environment),
          .per_address = static_cast<size_t>(options.max_streams_per_address)};
}

// As a label of metrics.
const char* NameOf(api::StreamLimit limit) {
  switch (limit) {
    case api::StreamLimit::kTotal:
      return "total";
    case api::StreamLimit::kMemory:
      return "memory";
    case api::StreamLimit::kEnvironment:
      return "environment";
    case api::StreamLimit::kAddress:
      return "address";
  }
  FLAGSTREAM_UNREACHABLE();
}

// On the sockets that listen already, if any, else on the address that the setting gives.
Result<std::unique_ptr<net::Server>> OpenServer(const NodeOptions& options,
                                                const std::string& setting,
                                                const std::string& listen,
                                                std::vector<net::OwnedFd> listening,
                                                net::Server::Sockets whose, size_t threads) {
  net::ServerOptions server;
  server.threads = threads;
  server.trusted_proxies = options.trusted_proxies;
  server.write_timeout = std::chrono::seconds(options.write_timeout);
  if (!listening.empty())
    return net::Server::ServeOn(std::move(listening), whose, std::move(server));
  FLAGSTREAM_ASSIGN(const ListenAddress address, ParseListenAddress(setting, listen));
  server.address = address.host;
  server.port = address.port;
  return net::Server::Listen(std::move(server));
}

stream::HubOptions HubOptionsFor(const NodeOptions& options, size_t changes_kept) {
  stream::HubOptions hub;
  hub.keepalive = std::chrono::seconds(options.keepalive);
  hub.write_timeout = std::chrono::seconds(options.write_timeout);
  hub.repeat = std::chrono::seconds(options.repeat);
  hub.merge = kMerge;
  hub.spread = milliseconds(options.spread_ms);
  hub.changes_kept = changes_kept;
  return hub;
}

std::optional<milliseconds> StreamAgeMax(const NodeOptions& options) {
  if (!options.stream_max_age) return std::nullopt;
  return std::chrono::seconds(*options.stream_max_age);
}

}  // namespace

FrontShard::FrontShard(const stream::HubOptions& hub_options, net::Shard& shard, const Clock& clock,
                       telemetry::Registry& metrics)
    : executor(shard),
      random(SecureRandomSeed()),
      requests(metrics, clock),
      hub(hub_options, shard, clock, Random(SecureRandomSeed()), metrics) {}

Result<std::unique_ptr<Front>> Front::Open(const NodeOptions& options, size_t changes_kept,
                                           MovedClients& moved, const Clock& clock,
                                           telemetry::Registry& metrics) {
  const api::StreamLimits stream_limits = StreamLimitsFor(options);
  FLAGSTREAM_ASSIGN(auto server, OpenServer(options, "--listen", options.listen,
                                            std::move(moved.clients.listening), moved.whose,
                                            static_cast<size_t>(options.threads)));
  std::unique_ptr<net::Server> ops_server;
  if (!options.ops_listen.empty() || !moved.operators.listening.empty()) {
    FLAGSTREAM_ASSIGN(ops_server,
                      OpenServer(options, "--ops-listen", options.ops_listen,
                                 std::move(moved.operators.listening), moved.whose, /*threads=*/1));
  }
  return std::unique_ptr<Front>(new Front(options, changes_kept, clock, metrics, std::move(server),
                                          std::move(ops_server), stream_limits, moved.whose));
}

Front::Front(const NodeOptions& options, size_t changes_kept, const Clock& clock,
             telemetry::Registry& metrics, std::unique_ptr<net::Server> server,
             std::unique_ptr<net::Server> ops_server, const api::StreamLimits& stream_limits,
             net::Server::Sockets whose)
    : drain_(std::chrono::seconds(options.drain_seconds)),
      whose_sockets_(whose),
      clock_(clock),
      metrics_(metrics),
      client_profiles_(StreamAgeMax(options)),
      stream_slots_(stream_limits),
      server_(std::move(server)),
      ops_server_(std::move(ops_server)) {
  for (size_t i = 0; i < server_->shard_count(); ++i) {
    shards_.push_back(std::make_unique<FrontShard>(HubOptionsFor(options, changes_kept),
                                                   server_->shard(i), clock, metrics));
  }
  if (options.max_memory > 0) {
    memory_ceiling_.emplace(options.max_memory * kMebibyte, stream_slots_);
  }
  AddServerMetrics();
}

void Front::AddServerMetrics() {
  const auto counter = [&](const char* name, const char* help,
                           uint64_t net::ServerCounts::* count) {
    server_metrics_.push_back(metrics_.AddCallbackCounter(
        name, help, [this, count] { return static_cast<double>(server_->counts().*count); }));
  };
  server_metrics_.push_back(metrics_.AddCallbackGauge(
      "flagstream_connections_open", "Connections of clients, streams included.",
      [this] { return static_cast<double>(server_->counts().connections_open); }));
  server_metrics_.push_back(metrics_.AddCallbackGauge(
      "flagstream_connections_waiting", "New connections whose first request waits for its turn.",
      [this] { return static_cast<double>(server_->counts().connections_waiting); }));
  counter("flagstream_connections_accepted_total", "Connections accepted.",
          &net::ServerCounts::connections_accepted);
  counter("flagstream_connections_refused_total",
          "Connections closed at once, for want of descriptors or room.",
          &net::ServerCounts::connections_refused);
  counter("flagstream_connection_timeouts_total",
          "Connections closed because the client was too slow or idle.",
          &net::ServerCounts::timeouts);
  server_metrics_.push_back(
      metrics_.AddCallbackGauge("flagstream_streams_max", "Streams that may be open.",
                                [this] { return static_cast<double>(stream_slots_.max()); }));
  server_metrics_.push_back(metrics_.AddCallbackGauge(
      "flagstream_memory_bytes", "Memory of the process's own that is in use; 0: unknown.",
      [] { return static_cast<double>(OwnMemoryBytes().value_or(0)); }));
  server_metrics_.push_back(metrics_.AddCallbackGauge(
      "flagstream_memory_short", "1 while --max-memory keeps the number of streams from growing.",
      [this] { return stream_slots_.is_held() ? 1.0 : 0.0; }));
  for (const api::StreamLimit limit : api::kStreamLimits) {
    server_metrics_.push_back(metrics_.AddCallbackCounter(
        "flagstream_streams_refused_total",
        "Streams that were held back and ended at once, by the limit that was reached.",
        [this, limit] { return static_cast<double>(stream_slots_.refused(limit)); },
        {{"limit", NameOf(limit)}}));
  }
}

void Front::Start(const AddRoutes& add_routes, const api::OpsContext& ops) {
  server_->Start([&](net::Shard& shard) { return MakeRouter(shard.index(), add_routes, ops); });
  if (memory_ceiling_) shards_.front()->executor.Post([this] { WatchMemory(); });
  if (ops_server_ == nullptr) return;
  ops_server_->Start([&](net::Shard&) {
    ops_requests_ = std::make_unique<api::RequestMetrics>(metrics_, clock_);
    auto router = std::make_unique<net::Router>(api::MakeCountedFallbackAnswers(*ops_requests_));
    api::RegisterOps(*router, ops);
    api::FinishRoutes(*router, *ops_requests_);
    return router;
  });
}

void Front::WatchMemory() {
  if (const auto bytes = OwnMemoryBytes()) memory_ceiling_->Update(*bytes);
  shards_.front()->executor.PostAfter(kMemoryPeriod, [this] { WatchMemory(); });
}

std::unique_ptr<net::Router> Front::MakeRouter(size_t index, const AddRoutes& add_routes,
                                               const api::OpsContext& ops) {
  api::RequestMetrics& requests = shards_[index]->requests;
  auto router = std::make_unique<net::Router>(api::MakeCountedFallbackAnswers(requests));
  ops_server_ == nullptr ? api::RegisterOps(*router, ops) : api::RegisterHealth(*router, ops);
  add_routes(*router, index);
  if (index == 0) api::LogRoutes(*router);  // all shards have the same
  api::FinishRoutes(*router, requests);
  return router;
}

void Front::StartAccepting() {
  if (ops_server_ != nullptr) ops_server_->StartAccepting();
  server_->StartAccepting();
  TellReady("serving on " + url());
}

void Front::MoveIn(MovedClients moved, const MoveInStream& move_in_stream) {
  using Streams = std::vector<api::MovedSseStream>;
  size_t turn = 0;
  for (size_t begin = 0; begin < moved.streams.size(); begin += kStreamsPerTask) {
    const size_t end = std::min(begin + kStreamsPerTask, moved.streams.size());
    const auto first = std::make_move_iterator(moved.streams.begin());
    auto streams = std::make_shared<Streams>(first + static_cast<std::ptrdiff_t>(begin),
                                             first + static_cast<std::ptrdiff_t>(end));
    const size_t index = turn++ % shards_.size();
    shards_[index]->executor.Post([streams, index, move_in_stream] {
      for (api::MovedSseStream& stream : *streams) move_in_stream(index, std::move(stream));
    });
  }
  server_->MoveIn(std::move(moved.clients.connections));
  net::Server& for_operators = ops_server_ != nullptr ? *ops_server_ : *server_;
  for_operators.MoveIn(std::move(moved.operators.connections));
}

MovedClients Front::MoveOut() {
  MovedClients moved;
  moved.whose = whose_sockets_;
  moved.clients.listening = server_->Pause(kPause);
  if (ops_server_ != nullptr) {
    moved.operators.listening = ops_server_->Pause(kPause);
    moved.operators.connections = ops_server_->MoveOut();
  }
  moved.streams = MoveOutStreams();
  moved.clients.connections = server_->MoveOut();
  return moved;
}

std::vector<api::MovedSseStream> Front::MoveOutStreams() {
  std::vector<std::vector<api::MovedSseStream>> by_shard(shards_.size());
  std::latch remaining(static_cast<std::ptrdiff_t>(shards_.size()));
  for (size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->executor.Post([&, i] {
      by_shard[i] = api::MoveOutStreams(shards_[i]->hub);
      remaining.count_down();
    });
  }
  remaining.wait();
  std::vector<api::MovedSseStream> all;
  for (auto& of_shard : by_shard) std::ranges::move(of_shard, std::back_inserter(all));
  return all;
}

void Front::EndStreams() {
  TellStopping();
  server_->StopAccepting();
  const auto streams = static_cast<int64_t>(stream_slots_.taken());
  const milliseconds window = std::min(drain_, kEndPerStream * streams);
  for (const auto& shard : shards_) {
    shard->executor.Post([&hub = shard->hub, window] { hub.Shutdown(window); });
  }
  stream_slots_.WaitForNone(window + kEndSlack);
  log::Info("streams ended", {{"streams", streams}, {"left", stream_slots_.taken()}});
}

void Front::Stop() {
  server_->Stop(drain_);
  if (ops_server_ == nullptr) return;
  ops_server_->StopAccepting();
  ops_server_->Stop(drain_);
}

Result<stream::ChannelView> Front::LookAtStreams(const std::string& channel) {
  std::vector<std::future<stream::ChannelView>> looks;
  for (const auto& shard : shards_) {
    std::promise<stream::ChannelView> seen;
    looks.push_back(seen.get_future());
    shard->executor.Post([channel, &hub = shard->hub, seen = std::move(seen)]() mutable {
      seen.set_value(hub.Look(channel));
    });
  }
  const SteadyTime patience_end = clock_.Steady() + kLookPatience;
  stream::ChannelView view;
  for (auto& look : looks) {
    if (look.wait_until(patience_end) != std::future_status::ready)
      return Error::Unavailable("a shard has too much to do");
    view.Add(look.get());
  }
  return view;
}

api::StreamContext Front::StreamContext(size_t index) {
  FrontShard& shard = *shards_[index];
  return {shard.hub, stream_slots_, shard.random, client_profiles_};
}

std::string Front::url() const {
  std::string host = server_->address();
  if (host.find(':') != std::string::npos && !host.starts_with('[')) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(server_->port());
}

}  // namespace flagstream::server
