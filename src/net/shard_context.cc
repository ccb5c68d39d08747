// SPDX-License-Identifier: Apache-2.0
#include "net/shard_context.h"

#include <ctime>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/assert.h"
#include "net/http1_session.h"
#include "net/listening_socket.h"

namespace flagstream::net {
namespace {

// A client that was sent everything and FIN is waited for this long to close its side.
constexpr std::chrono::seconds kLingerTime{5};
// Who has just connected is about to ask, and would take an end without an answer for a failure.
constexpr std::chrono::seconds kLastCall{1};

}  // namespace

ShardTimeouts::ShardTimeouts(const ServerOptions& options)
    : header(options.header_timeout),
      body(options.body_timeout),
      idle(options.idle_timeout),
      write(options.write_timeout),
      linger(kLingerTime),
      last_call(kLastCall) {}

void ShardTimeouts::Expire(SteadyTime now) {
  for (TimeoutList* list : {&header, &body, &idle, &write, &linger, &last_call}) list->Expire(now);
}

ShardContext::ShardContext(boost::asio::io_context& io_context, Executor& shard_executor,
                           const ServerOptions& server_options, const IpNetworks& proxies)
    : io(io_context),
      executor(shard_executor),
      options(server_options),
      trusted_proxies(proxies),
      timeouts(server_options) {}

ShardContext::~ShardContext() = default;

void ShardContext::FlushSoon(std::shared_ptr<Http1Session> session) {
  to_flush_.push_back(std::move(session));
  if (to_flush_.size() == 1) {
    boost::asio::post(io, [this] { FlushAll(); });
  }
}

void ShardContext::FlushAll() {
  flushing_.swap(to_flush_);
  for (const auto& session : flushing_) session->Flush();
  flushing_.clear();
}

std::string_view ShardContext::CurrentDateLine() { return date_line_.At(std::time(nullptr)); }

boost::asio::ip::tcp TcpOf(int socket) {
  return IsV6(socket) ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

std::optional<Connection> Connection::Open(ShardContext& context, OwnedFd socket,
                                           boost::asio::ip::tcp protocol) {
  Socket opened(context.io);
  boost::system::error_code error;
  opened.assign(protocol, socket.get(), error);
  if (error) return std::nullopt;
  static_cast<void>(socket.Release());  // it is the opened one's
  return Connection(context, std::move(opened));
}

OwnedFd Connection::Release() {
  FLAGSTREAM_ASSERT(IsOpen());
  context_->counts.open.Subtract();
  context_ = nullptr;
  boost::system::error_code error;
  const int fd = socket_.release(error);
  FLAGSTREAM_ASSERT(!error);
  return OwnedFd(fd);
}

void Connection::Close() {
  if (context_ == nullptr) return;
  context_->counts.open.Subtract();
  context_ = nullptr;
  // Nobody could do anything about an error: the descriptor is gone either way.
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Connection::ShutDownSend() {
  // Fails only if the peer is gone, which the next read tells.
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace flagstream::net
