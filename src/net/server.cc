// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <latch>
#include <utility>

#include "base/assert.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "net/listener.h"
#include "net/listening_socket.h"
#include "net/shard_thread.h"

namespace flagstream::net {
namespace {

// For at most `patience`. Looked at now and then: this is for what happens once and takes
// milliseconds or seconds.
void WaitWhile(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kLookInterval{2};
  const SteadyTime deadline = SystemClock().Steady() + patience;
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  while (condition() && SystemClock().Steady() < deadline) never.WaitFor(mutex, kLookInterval);
}

class ShardedServer final : public Server {
 public:
  // `waiting`: what becomes of connections in the kernel's queues when accepting stops.
  ShardedServer(ServerOptions options, IpNetworks trusted_proxies, Listener::Waiting waiting)
      : options_(std::move(options)),
        trusted_proxies_(std::move(trusted_proxies)),
        waiting_(waiting) {}
  ~ShardedServer() override { Stop(std::chrono::milliseconds(0)); }

  void AddShard(std::vector<OwnedFd> listening_sockets) {
    shards_.push_back(std::make_unique<ShardThread>(shards_.size(), options_, trusted_proxies_,
                                                    std::move(listening_sockets),
                                                    [this] { return counts().connections_open; }));
  }
  void SetAddress(ListenAddress address) { address_ = std::move(address); }

  std::string address() const override { return address_.address; }
  uint16_t port() const override { return address_.port; }
  size_t shard_count() const override { return shards_.size(); }
  Shard& shard(size_t index) override { return *shards_.at(index); }

  void Start(SetUp set_up) override;
  void StartAccepting() override;
  void MoveIn(std::vector<MovedConnection> connections) override;
  std::vector<OwnedFd> Pause(std::chrono::milliseconds grace) override;
  std::vector<MovedConnection> MoveOut() override;
  void StopAccepting() override;
  void Stop(std::chrono::milliseconds grace) override;
  ServerCounts counts() const override;

 private:
  bool IsOnShard() const;
  // Has each shard do `step` and gathers what it calls back with.
  template <class Found>
  std::vector<Found> GatherFromShards(
      void (ShardThread::*step)(std::function<void(std::vector<Found>)>));
  // Requests being read or answered.
  size_t CountAtWork();
  // Whether an answer is being made or sent, or a stream is open.
  bool IsBusy() const;

  const ServerOptions options_;
  const IpNetworks trusted_proxies_;
  const Listener::Waiting waiting_;
  ListenAddress address_;
  std::vector<std::unique_ptr<ShardThread>> shards_;
  bool is_started_ = false;
  bool is_listening_ = true;
  bool is_stopped_ = false;
};

void ShardedServer::Start(SetUp set_up) {
  std::latch remaining(static_cast<std::ptrdiff_t>(shards_.size()));
  for (const auto& shard : shards_) {
    shard->Start(set_up, [&remaining] { remaining.count_down(); });
  }
  remaining.wait();
  is_started_ = true;
}

void ShardedServer::StartAccepting() {
  FLAGSTREAM_ASSERT(is_started_);
  for (const auto& shard : shards_) shard->StartAccepting();
}

void ShardedServer::MoveIn(std::vector<MovedConnection> connections) {
  FLAGSTREAM_ASSERT(is_started_);
  std::vector<std::vector<MovedConnection>> by_shard(shards_.size());
  for (size_t i = 0; i < connections.size(); ++i)
    by_shard[i % shards_.size()].push_back(std::move(connections[i]));
  for (size_t i = 0; i < shards_.size(); ++i) shards_[i]->MoveIn(std::move(by_shard[i]));
}

std::vector<OwnedFd> ShardedServer::Pause(std::chrono::milliseconds grace) {
  FLAGSTREAM_ASSERT(is_started_ && !IsOnShard());
  std::vector<OwnedFd> sockets = GatherFromShards<OwnedFd>(&ShardThread::Pause);
  WaitWhile([this] { return CountAtWork() > 0; }, grace);
  return sockets;
}

std::vector<MovedConnection> ShardedServer::MoveOut() {
  return GatherFromShards<MovedConnection>(&ShardThread::MoveOut);
}

template <class Found>
std::vector<Found> ShardedServer::GatherFromShards(
    void (ShardThread::*step)(std::function<void(std::vector<Found>)>)) {
  std::vector<std::vector<Found>> by_shard(shards_.size());
  std::latch remaining(static_cast<std::ptrdiff_t>(shards_.size()));
  for (size_t i = 0; i < shards_.size(); ++i) {
    (*shards_[i].*step)([&of_shard = by_shard[i], &remaining](std::vector<Found> found) {
      of_shard = std::move(found);
      remaining.count_down();
    });
  }
  remaining.wait();
  std::vector<Found> all;
  for (auto& of_shard : by_shard) std::ranges::move(of_shard, std::back_inserter(all));
  return all;
}

size_t ShardedServer::CountAtWork() {
  std::atomic<size_t> sum = 0;
  std::latch remaining(static_cast<std::ptrdiff_t>(shards_.size()));
  for (const auto& shard : shards_) {
    shard->CountAtWork([&](size_t count) {
      sum += count;
      remaining.count_down();
    });
  }
  remaining.wait();
  return sum;
}

void ShardedServer::StopAccepting() {
  FLAGSTREAM_ASSERT(!IsOnShard());
  if (!std::exchange(is_listening_, false)) return;
  std::latch stopped(static_cast<std::ptrdiff_t>(shards_.size()));
  for (const auto& shard : shards_) {
    shard->StopAccepting(waiting_, [&stopped] { stopped.count_down(); });
  }
  stopped.wait();
}

void ShardedServer::Stop(std::chrono::milliseconds grace) {
  if (std::exchange(is_stopped_, true)) return;
  StopAccepting();
  WaitWhile([this] { return IsBusy(); }, grace);
  for (const auto& shard : shards_) shard->Stop();
}

ServerCounts ShardedServer::counts() const {
  ServerCounts sum;
  for (const auto& shard : shards_) {
    const ShardCounts& counts = shard->counts();
    sum.connections_open += counts.open.Get();
    sum.connections_waiting += counts.waiting.Get();
    sum.connections_accepted += counts.accepted.Get();
    sum.connections_refused += counts.refused.Get();
    sum.requests += counts.requests.Get();
    sum.timeouts += counts.timeouts.Get();
  }
  return sum;
}

bool ShardedServer::IsOnShard() const {
  for (const auto& shard : shards_) {
    if (shard->IsHere()) return true;
  }
  return false;
}

bool ShardedServer::IsBusy() const {
  for (const auto& shard : shards_) {
    if (shard->counts().open.Get() > shard->counts().lingering.Get()) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Listen(ServerOptions options) {
  FLAGSTREAM_ASSERT(options.threads > 0);
  FLAGSTREAM_ASSIGN(IpNetworks trusted_proxies, IpNetworks::Parse(options.trusted_proxies));
  ListenAddress listen{options.address, options.port};
  const size_t threads = options.threads;
  const bool is_shared = threads > 1;
  FLAGSTREAM_TRY(CheckPortIsFree(listen));

  auto server = std::make_unique<ShardedServer>(std::move(options), std::move(trusted_proxies),
                                                Listener::Waiting::kServe);
  for (size_t i = 0; i < threads; ++i) {
    std::vector<OwnedFd> sockets(1);
    FLAGSTREAM_ASSIGN(sockets.front(), OpenListeningSocket(listen, is_shared));
    listen.port = LocalPort(sockets.front().get());  // the others share the one the kernel chose
    server->AddShard(std::move(sockets));
  }
  server->SetAddress(std::move(listen));
  return std::unique_ptr<Server>(std::move(server));
}

// Each shard has a socket of its own where there are enough; else shards share them.
Result<std::unique_ptr<Server>> Server::ServeOn(std::vector<OwnedFd> sockets, Sockets whose,
                                                ServerOptions options) {
  FLAGSTREAM_ASSERT(options.threads > 0 && !sockets.empty());
  FLAGSTREAM_ASSIGN(IpNetworks trusted_proxies, IpNetworks::Parse(options.trusted_proxies));
  for (const OwnedFd& socket : sockets) FLAGSTREAM_TRY(PrepareListeningSocket(socket.get()));

  const size_t threads = options.threads;
  std::vector<std::vector<OwnedFd>> by_shard(threads);
  for (size_t i = sockets.size(); i < threads; ++i) {
    FLAGSTREAM_ASSIGN(OwnedFd shared, ShareSocket(sockets[i % sockets.size()].get()));
    by_shard[i].push_back(std::move(shared));
  }
  ListenAddress listen{LocalAddress(sockets.front().get()), LocalPort(sockets.front().get())};
  for (size_t i = 0; i < sockets.size(); ++i)
    by_shard[i % threads].push_back(std::move(sockets[i]));

  const auto waiting =
      whose == Sockets::kShared ? Listener::Waiting::kLeave : Listener::Waiting::kServe;
  auto server =
      std::make_unique<ShardedServer>(std::move(options), std::move(trusted_proxies), waiting);
  for (auto& of_shard : by_shard) server->AddShard(std::move(of_shard));
  server->SetAddress(std::move(listen));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace flagstream::net
