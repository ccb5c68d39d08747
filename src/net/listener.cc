// SPDX-License-Identifier: Apache-2.0
#include "net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "net/http1_session.h"
#include "net/ip_address.h"

namespace flagstream::net {
namespace {

constexpr int kAcceptedPerTurn = 64;  // then the shard's other work has its turn
constexpr std::chrono::milliseconds kPauseWhenExhausted{100};
// Bursts of reconnecting clients wait here; the kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 65535;

OwnedFd OpenReserve() { return OwnedFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

Error CannotListen(const ListenAddress& listen, const char* step) {
  const std::string reason = std::generic_category().message(errno);
  return Error(ErrorCode::kUnavailable, "cannot listen on " + listen.address + " port " +
                                            std::to_string(listen.port) + ": " + step + ": " +
                                            reason);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Takes an IPv6 address with or without brackets.
std::optional<SocketAddress> ParseSocketAddress(const ListenAddress& listen) {
  std::string_view text = listen.address;
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const auto address = IpAddress::Parse(text);
  if (!address) return std::nullopt;
  SocketAddress result;
  if (address->IsV4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(listen.port);
    std::memcpy(&v4.sin_addr, address->bytes.data() + 12, sizeof v4.sin_addr);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(listen.port);
    std::memcpy(&v6.sin6_addr, address->bytes.data(), sizeof v6.sin6_addr);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  }
  return result;
}

bool Enable(int socket, int level, int option) {
  const int on = 1;
  return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

Result<OwnedFd> OpenBoundSocket(const ListenAddress& listen, bool is_shared) {
  const auto address = ParseSocketAddress(listen);
  if (!address) {
    return Error(ErrorCode::kUnavailable,
                 "cannot listen on \"" + listen.address + "\": it is not an IP address");
  }
  OwnedFd socket(::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          IPPROTO_TCP));
  if (socket.get() < 0) return CannotListen(listen, "socket");
  if (!Enable(socket.get(), SOL_SOCKET, SO_REUSEADDR)) return CannotListen(listen, "reuse address");
  if (is_shared && !Enable(socket.get(), SOL_SOCKET, SO_REUSEPORT)) {
    return CannotListen(listen, "share port");
  }
  if (::bind(socket.get(), address->get(), address->size) != 0) return CannotListen(listen, "bind");
  return socket;
}

bool IsV6(int socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET6;
}

boost::asio::ip::tcp Protocol(bool is_v6) {
  return is_v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  if (this != &other) {
    Reset();
    fd_ = other.Release();
  }
  return *this;
}

int OwnedFd::Release() { return std::exchange(fd_, -1); }

void OwnedFd::Reset() {
  if (fd_ >= 0) ::close(Release());
}

Result<OwnedFd> OpenListeningSocket(const ListenAddress& listen, bool is_shared) {
  FLAGSTREAM_ASSIGN(OwnedFd socket, OpenBoundSocket(listen, is_shared));
  if (::listen(socket.get(), kBacklog) != 0) return CannotListen(listen, "listen");
  return socket;
}

uint16_t LocalPort(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  FLAGSTREAM_ASSERT(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) == 0);
  // The port stands at the same place for both families.
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

Result<> CheckPortIsFree(const ListenAddress& listen) {
  FLAGSTREAM_TRY(OpenBoundSocket(listen, /*is_shared=*/false));
  return {};
}

Listener::Listener(ShardContext& context, OwnedFd socket, std::function<uint64_t()> count_open)
    : context_(context),
      count_open_(std::move(count_open)),
      is_v6_(IsV6(socket.get())),
      acceptor_(context.io),
      pause_(context.io),
      reserve_(OpenReserve()) {
  acceptor_.assign(Protocol(is_v6_), socket.Release());
}

void Listener::Start() {
  if (acceptor_.is_open()) AwaitConnection();
}

void Listener::Stop() {
  if (!acceptor_.is_open()) return;
  pause_.cancel();
  while (AcceptOne() == Accepted::kOne) {
  }
  boost::system::error_code ignored;  // the descriptor is gone either way
  acceptor_.close(ignored);
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
  // Without it answers still arrive, only later.
  (void)Enable(fd, IPPROTO_TCP, TCP_NODELAY);
  Socket socket(context_.io);
  boost::system::error_code error;
  socket.assign(Protocol(is_v6_), fd, error);
  if (error) {  // no memory to watch it
    context_.counts.refused.Add();
    ::close(fd);
    return;
  }
  Http1Session::Serve(context_, Connection(context_, std::move(socket)));
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
