// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "net/http1_session.h"
#include "net/owned_fd.h"

namespace flagstream::net {
namespace {

constexpr int kAcceptedPerTurn = 64;  // then the shard's other work has its turn
constexpr std::chrono::milliseconds kPauseWhenExhausted{100};

OwnedFd OpenReserve() { return OwnedFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Listener::Listener(ShardContext& context, OwnedFd socket, std::function<uint64_t()> count_open)
    : context_(context),
      count_open_(std::move(count_open)),
      protocol_(TcpOf(socket.get())),
      acceptor_(context.io),
      pause_(context.io),
      reserve_(OpenReserve()) {
  acceptor_.assign(protocol_, socket.Release());
}

void Listener::Start() {
  if (acceptor_.is_open()) AwaitConnection();
}

void Listener::Stop(Waiting waiting) {
  if (!acceptor_.is_open()) return;
  pause_.cancel();
  while (waiting == Waiting::kServe && AcceptOne() == Accepted::kOne) {
  }
  boost::system::error_code ignored;  // the descriptor is gone either way
  acceptor_.close(ignored);
}

OwnedFd Listener::Release() {
  if (!acceptor_.is_open()) return OwnedFd();
  pause_.cancel();
  return OwnedFd(acceptor_.release());
}

void Listener::AwaitConnection() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read,
                       [this](const boost::system::error_code& error) {
                         if (!error && acceptor_.is_open()) AcceptSome();
                       });
}

void Listener::AcceptSome() {
  for (int i = 0; i < kAcceptedPerTurn; ++i) {
    const Accepted accepted = AcceptOne();
    if (accepted == Accepted::kExhausted) return Pause();
    if (accepted == Accepted::kNone) break;
  }
  AwaitConnection();
}

Listener::Accepted Listener::AcceptOne() {
  while (true) {
    const int fd =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      is_exhausted_ = false;
      Serve(fd);
      return Accepted::kOne;
    }
    switch (errno) {
      case EAGAIN:
        return Accepted::kNone;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        RefuseOne();
        return Accepted::kExhausted;
      default:
        break;  // of the connection, not of the socket: it was gone before it was taken (accept(2))
    }
  }
}

void Listener::Serve(int fd) {
  context_.counts.accepted.Add();
  if (IsFull()) {
    context_.counts.refused.Add();
    ::close(fd);
    return;
  }
  std::optional<Connection> connection = Connection::Open(context_, OwnedFd(fd), protocol_);
  if (!connection) {
    context_.counts.refused.Add();
    return;
  }
  boost::system::error_code ignored;  // answers come later then
  connection->socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  Http1Session::Serve(context_, std::move(*connection));
}

bool Listener::IsFull() const {
  return context_.options.connections_max > 0 && count_open_() >= context_.options.connections_max;
}

void Listener::RefuseOne() {
  context_.counts.refused.Add();
  if (!std::exchange(is_exhausted_, true)) {
    log::Warning("no descriptors left; connections wait", {{"open", count_open_()}});
  }
  reserve_.Reset();
  const OwnedFd refused(::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
  if (refused.get() >= 0) context_.counts.accepted.Add();
}

void Listener::Pause() {
  reserve_ = OpenReserve();
  pause_.expires_after(kPauseWhenExhausted);
  pause_.async_wait([this](const boost::system::error_code& error) {
    if (!error && acceptor_.is_open()) AcceptSome();
  });
}

}  // namespace flagstream::net
