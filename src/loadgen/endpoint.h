// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace flagstream::loadgen {

// Where the server is: the parts of an http:// URL whose host is an IPv4 address or "localhost".
struct Endpoint {
  std::string host;  // as in the Host header, with the port
  sockaddr_in address{};

  static Result<Endpoint> Parse(std::string_view url);
  uint16_t port() const { return ntohs(address.sin_port); }
  bool IsLoopback() const { return (ntohl(address.sin_addr.s_addr) >> 24) == 127; }
};

// A connection being made, not blocking. Towards the loopback range each 10,000 connections get a
// source address of their own: one address has 28,000 ports to spare, and the kernel looks for a
// free one the longer the more are taken. Returns the descriptor.
Result<int> StartConnect(const Endpoint& endpoint, size_t number);

}  // namespace flagstream::loadgen
