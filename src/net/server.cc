// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <latch>
#include <utility>

#include "base/assert.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "net/listener.h"
#include "net/shard_thread.h"

namespace flagstream::net {
namespace {

class ShardedServer final : public Server {
 public:
  ShardedServer(ServerOptions options, IpNetworks trusted_proxies)
      : options_(std::move(options)), trusted_proxies_(std::move(trusted_proxies)) {}
  ~ShardedServer() override { Stop(std::chrono::milliseconds(0)); }

  void AddShard(OwnedFd listening_socket) {
    shards_.push_back(std::make_unique<ShardThread>(shards_.size(), options_, trusted_proxies_,
                                                    std::move(listening_socket),
                                                    [this] { return counts().connections_open; }));
  }
  void SetPort(uint16_t port) { port_ = port; }

  uint16_t port() const override { return port_; }
  size_t shard_count() const override { return shards_.size(); }
  Shard& shard(size_t index) override { return *shards_.at(index); }

  void Start(SetUp set_up) override;
  void StartAccepting() override;
  void StopAccepting() override;
  void Stop(std::chrono::milliseconds grace) override;
  ServerCounts counts() const override;

 private:
  bool IsOnShard() const;
  // Whether an answer is being made or sent, or a stream is open.
  bool IsBusy() const;

  const ServerOptions options_;
  const IpNetworks trusted_proxies_;
  uint16_t port_ = 0;
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

void ShardedServer::StopAccepting() {
  FLAGSTREAM_ASSERT(!IsOnShard());
  if (!std::exchange(is_listening_, false)) return;
  std::latch stopped(static_cast<std::ptrdiff_t>(shards_.size()));
  for (const auto& shard : shards_) {
    shard->StopAccepting([&stopped] { stopped.count_down(); });
  }
  stopped.wait();
}

void ShardedServer::Stop(std::chrono::milliseconds grace) {
  if (std::exchange(is_stopped_, true)) return;
  StopAccepting();
  // Looked at now and then: this happens once, and what it waits for takes milliseconds or seconds.
  constexpr std::chrono::milliseconds kLookInterval{2};
  const SteadyTime deadline = SystemClock().Steady() + grace;
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  while (IsBusy() && SystemClock().Steady() < deadline) never.WaitFor(mutex, kLookInterval);
  for (const auto& shard : shards_) shard->Stop();
}

ServerCounts ShardedServer::counts() const {
  ServerCounts sum;
  for (const auto& shard : shards_) {
    const ShardCounts& counts = shard->counts();
    sum.connections_open += counts.open.Get();
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

  auto server = std::make_unique<ShardedServer>(std::move(options), std::move(trusted_proxies));
  for (size_t i = 0; i < threads; ++i) {
    FLAGSTREAM_ASSIGN(OwnedFd socket, OpenListeningSocket(listen, is_shared));
    listen.port = LocalPort(socket.get());  // the others share the one the kernel chose
    server->AddShard(std::move(socket));
  }
  server->SetPort(listen.port);
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace flagstream::net
