// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/owned_fd.h"

namespace flagstream::net {

// An address to listen on, and the sockets that do.
struct ListenAddress {
  std::string address;
  uint16_t port = 0;
};
// A bound, listening socket. `is_shared`: others of this process listen on the same port.
Result<OwnedFd> OpenListeningSocket(const ListenAddress& listen, bool is_shared);
// Whether it is of IPv6.
bool IsV6(int socket);
// The port of a bound socket.
uint16_t LocalPort(int socket);
// The IP address of a bound socket, as text.
std::string LocalAddress(int socket);
// An error if somebody listens there already, which sockets that share a port would not notice.
Result<> CheckPortIsFree(const ListenAddress& listen);
// Makes a socket of somebody else's ready to accept from; kUnavailable if it is none that listens.
Result<> PrepareListeningSocket(int socket);
// A second descriptor of the same socket.
Result<OwnedFd> ShareSocket(int socket);

}  // namespace flagstream::net
