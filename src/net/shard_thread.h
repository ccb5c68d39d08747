// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "net/listener.h"
#include "net/server.h"
#include "net/shard_context.h"

namespace flagstream::net {

// The one Shard there is: a thread, its loop, its listener and its connections. Owned by the
// server, whose thread makes all calls but those of Executor.
class ShardThread final : public Shard {
 public:
  ShardThread(size_t index, const ServerOptions& options, const IpNetworks& trusted_proxies,
              std::vector<OwnedFd> listening_sockets, std::function<uint64_t()> count_open);
  ~ShardThread() override;
  ShardThread(const ShardThread&) = delete;
  ShardThread& operator=(const ShardThread&) = delete;

  // Executor and Shard
  void Post(Task task) override;
  void PostAfter(std::chrono::milliseconds delay, Task task) override;
  bool IsHere() const override;
  size_t index() const override { return index_; }
  std::unique_ptr<StreamConnection> MoveIn(MovedConnection stream) override;

  // Calls `on_set_up` on the new thread when the router is there and tasks run.
  void Start(const Server::SetUp& set_up, std::function<void()> on_set_up);
  // Requires Start.
  void StartAccepting();
  // Calls `on_stopped` on the shard, or here if it was never started.
  void StopAccepting(Listener::Waiting waiting, std::function<void()> on_stopped);
  // The steps of Server's moves, each on the shard. Require Start.
  void Pause(std::function<void(std::vector<OwnedFd>)> on_paused);
  void CountAtWork(std::function<void(size_t)> on_counted);
  void MoveOut(std::function<void(std::vector<MovedConnection>)> on_moved);
  void MoveIn(std::vector<MovedConnection> connections);
  // Ends the thread and whatever is still open. Also if it was never started.
  void Stop();

  const ShardCounts& counts() const { return context_.counts; }

 private:
  void Run(const Server::SetUp& set_up, const std::function<void()>& on_set_up);
  void Sweep();
  void CloseAll();

  const size_t index_;
  // Goes before all others, since what waits in it refers to them.
  std::unique_ptr<boost::asio::io_context> io_;
  ShardContext context_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::optional<boost::asio::steady_timer> sweep_;
  std::thread thread_;
};

}  // namespace flagstream::net
