// SPDX-License-Identifier: Apache-2.0
#include "net/peer_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace flagstream::net {

IpAddress PeerAddress(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  IpAddress address;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return address;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    std::memcpy(address.bytes.data(), v6.sin6_addr.s6_addr, address.bytes.size());
  } else if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    address = IpAddress::FromV4(&v4.sin_addr);
  }
  return address;
}

}  // namespace flagstream::net
