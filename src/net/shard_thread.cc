// SPDX-License-Identifier: Apache-2.0
#include "net/shard_thread.h"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/assert.h"
#include "net/http1_session.h"
#include "net/stream_socket.h"

namespace flagstream::net {
namespace {

thread_local const ShardThread* this_thread_shard = nullptr;

// Timeouts are seen a quarter of the shortest too late at worst.
std::chrono::milliseconds SweepInterval(const ServerOptions& options) {
  const auto shortest = std::min(
      {options.header_timeout, options.body_timeout, options.idle_timeout, options.write_timeout});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

ShardThread::ShardThread(size_t index, const ServerOptions& options,
                         const IpNetworks& trusted_proxies, std::vector<OwnedFd> listening_sockets,
                         std::function<uint64_t()> count_open)
    : index_(index),
      io_(std::make_unique<boost::asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO)),
      context_(*io_, *this, options, trusted_proxies) {
  for (OwnedFd& socket : listening_sockets) {
    listeners_.push_back(std::make_unique<Listener>(context_, std::move(socket), count_open));
  }
  sweep_.emplace(*io_);
}

ShardThread::~ShardThread() {
  Stop();
  listeners_.clear();
  sweep_.reset();
  io_.reset();
}

void ShardThread::Post(Task task) {
  boost::asio::post(*io_, [task = std::move(task)]() mutable { task(); });
}

void ShardThread::PostAfter(std::chrono::milliseconds delay, Task task) {
  auto timer = std::make_unique<boost::asio::steady_timer>(*io_, delay);
  boost::asio::steady_timer& started = *timer;
  started.async_wait([timer = std::move(timer),
                      task = std::move(task)](const boost::system::error_code& error) mutable {
    if (!error) task();
  });
}

bool ShardThread::IsHere() const { return this_thread_shard == this; }

void ShardThread::Start(const Server::SetUp& set_up, std::function<void()> on_set_up) {
  FLAGSTREAM_ASSERT(!thread_.joinable());
  thread_ =
      std::thread([this, set_up, on_set_up = std::move(on_set_up)] { Run(set_up, on_set_up); });
}

void ShardThread::Run(const Server::SetUp& set_up, const std::function<void()>& on_set_up) {
  this_thread_shard = this;
  pthread_setname_np(pthread_self(), ("shard-" + std::to_string(index_)).c_str());
  context_.router = set_up(*this);
  FLAGSTREAM_ASSERT(context_.router != nullptr);
  Sweep();
  on_set_up();
  const auto work = boost::asio::make_work_guard(*io_);
  io_->run();
  CloseAll();
  context_.router.reset();
}

void ShardThread::StartAccepting() {
  Post([this] {
    for (const auto& listener : listeners_) listener->Start();
  });
}

void ShardThread::StopAccepting(Listener::Waiting waiting, std::function<void()> on_stopped) {
  const auto stop = [this, waiting, on_stopped = std::move(on_stopped)] {
    context_.is_draining = true;
    for (const auto& listener : listeners_) listener->Stop(waiting);
    for (auto next = context_.sessions.begin(); next != context_.sessions.end();) {
      auto& session = static_cast<Http1Session&>(*next++);
      session.Drain();
    }
    on_stopped();
  };
  if (thread_.joinable()) {
    Post(stop);
  } else {
    stop();
  }
}

void ShardThread::Pause(std::function<void(std::vector<OwnedFd>)> on_paused) {
  Post([this, on_paused = std::move(on_paused)] {
    context_.is_paused = true;
    std::vector<OwnedFd> sockets;
    for (const auto& listener : listeners_) sockets.push_back(listener->Release());
    on_paused(std::move(sockets));
  });
}

void ShardThread::CountAtWork(std::function<void(size_t)> on_counted) {
  Post([this, on_counted = std::move(on_counted)] {
    on_counted(static_cast<size_t>(std::ranges::count_if(context_.sessions, [](auto& session) {
      return static_cast<Http1Session&>(session).IsAtWork();
    })));
  });
}

void ShardThread::MoveOut(std::function<void(std::vector<MovedConnection>)> on_moved) {
  Post([this, on_moved = std::move(on_moved)] {
    context_.is_draining = context_.is_moved_out = true;
    std::vector<MovedConnection> connections;
    for (auto next = context_.sessions.begin(); next != context_.sessions.end();) {
      auto& session = static_cast<Http1Session&>(*next++);
      if (auto moved = session.MoveOut()) connections.push_back(std::move(*moved));
    }
    context_.paused_sessions.clear();
    on_moved(std::move(connections));
  });
}

void ShardThread::MoveIn(std::vector<MovedConnection> connections) {
  auto shared = std::make_shared<std::vector<MovedConnection>>(std::move(connections));
  Post([this, shared] {
    for (MovedConnection& connection : *shared)
      Http1Session::MoveIn(context_, std::move(connection));
  });
}

std::unique_ptr<StreamConnection> ShardThread::MoveIn(MovedConnection stream) {
  FLAGSTREAM_ASSERT(IsHere());
  boost::intrusive_ptr<StreamSocket> socket = MoveInStream(context_, std::move(stream));
  return socket != nullptr ? MakeStreamConnection(std::move(socket)) : nullptr;
}

void ShardThread::Stop() {
  io_->stop();
  if (thread_.joinable()) thread_.join();
}

void ShardThread::Sweep() {
  context_.timeouts.Expire(context_.Now());
  sweep_->expires_after(SweepInterval(context_.options));
  sweep_->async_wait([this](const boost::system::error_code& error) {
    if (!error) Sweep();
  });
}

void ShardThread::CloseAll() {
  while (!context_.sessions.empty()) {
    static_cast<Http1Session&>(context_.sessions.front()).shared_from_this()->Close();
  }
  context_.paused_sessions.clear();
}

}  // namespace flagstream::net
