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
}

}  // namespace flagstream::net
