// SPDX-License-Identifier: Apache-2.0
#include "net/listening_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "net/ip_address.h"

namespace flagstream::net {
namespace {

// Bursts of reconnecting clients wait here; the kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 65535;

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

sockaddr_storage LocalName(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  FLAGSTREAM_ASSERT(::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) == 0);
  return storage;
}

}  // namespace

Result<OwnedFd> OpenListeningSocket(const ListenAddress& listen, bool is_shared) {
  FLAGSTREAM_ASSIGN(OwnedFd socket, OpenBoundSocket(listen, is_shared));
  if (::listen(socket.get(), kBacklog) != 0) return CannotListen(listen, "listen");
  return socket;
}

bool IsV6(int socket) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET6;
}

uint16_t LocalPort(int socket) {
  const sockaddr_storage storage = LocalName(socket);
  // The port stands at the same place for both families.
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

std::string LocalAddress(int socket) {
  const sockaddr_storage storage = LocalName(socket);
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    return IpAddress::FromV4(&v4.sin_addr).ToString();
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, &storage, sizeof v6);
  IpAddress address;
  std::memcpy(address.bytes.data(), &v6.sin6_addr, address.bytes.size());
  return address.ToString();
}

Result<> PrepareListeningSocket(int socket) {
  const auto refuse = [socket](std::string_view why) {
    return Error(ErrorCode::kUnavailable, "descriptor " + std::to_string(socket) +
                                              ", which was passed to listen on, " +
                                              std::string(why));
  };
  int type = 0;
  int is_listening = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return refuse("is no socket");
  size = sizeof is_listening;
  if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0) {
    return refuse("is no socket");
  }
  const int family = LocalName(socket).ss_family;
  if (type != SOCK_STREAM || (family != AF_INET && family != AF_INET6))
    return refuse("is not of TCP");
  if (is_listening == 0) return refuse("does not listen");
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags < 0 || ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) {
    return refuse("cannot be prepared");
  }
  return {};
}

Result<OwnedFd> ShareSocket(int socket) {
  OwnedFd shared(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
  if (shared.get() < 0) {
    return Error(ErrorCode::kUnavailable,
                 "cannot share a listening socket: " + std::generic_category().message(errno));
  }
  return shared;
}

Result<> CheckPortIsFree(const ListenAddress& listen) {
  FLAGSTREAM_TRY(OpenBoundSocket(listen, /*is_shared=*/false));
  return {};
}

}  // namespace flagstream::net
