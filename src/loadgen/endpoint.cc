// SPDX-License-Identifier: Apache-2.0
#include "loadgen/endpoint.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace flagstream::loadgen {
namespace {

constexpr size_t kConnectionsPerSource = 10'000;

Error SystemError(const std::string& doing) {
  return Error::Unavailable(doing + ": " + std::generic_category().message(errno));
}

Result<> BindSource(int descriptor, size_t number) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr =
      htonl(INADDR_LOOPBACK + static_cast<uint32_t>(number / kConnectionsPerSource));
  // The kernel chooses the port when it connects, so that ports are told apart by their destination
  // too.
  const int on = 1;
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) != 0) {
    return SystemError("binding a source address");
  }
  return {};
}

}  // namespace

Result<Endpoint> Endpoint::Parse(std::string_view url) {
  const auto wrong = [&](const char* why) {
    return Error(ErrorCode::kInvalidArgument, "--url: \"" + std::string(url) + "\" " + why);
  };
  static constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return wrong("does not start with http://");
  std::string_view rest = url.substr(kScheme.size());
  rest = rest.substr(0, rest.find('/'));
  Endpoint endpoint;
  endpoint.host = rest;
  uint16_t port = 80;
  if (const size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    const auto [end, failure] =
        std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port);
    if (failure != std::errc() || end != rest.data() + rest.size())
      return wrong("has no valid port");
    rest = rest.substr(0, colon);
  }
  const std::string host = rest == "localhost" ? "127.0.0.1" : std::string(rest);
  endpoint.address.sin_family = AF_INET;
  endpoint.address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &endpoint.address.sin_addr) != 1)
    return wrong("has no IPv4 address as host");
  return endpoint;
}

Result<int> StartConnect(const Endpoint& endpoint, size_t number) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return SystemError("opening a socket");
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (endpoint.IsLoopback()) {
    if (auto bound = BindSource(descriptor, number); !bound) {
      close(descriptor);
      return bound.error();
    }
  }
  const int connected = connect(descriptor, reinterpret_cast<const sockaddr*>(&endpoint.address),
                                sizeof(endpoint.address));
  if (connected != 0 && errno != EINPROGRESS) {
    const Error error = SystemError("connecting to " + endpoint.host);
    close(descriptor);
    return error;
  }
  return descriptor;
}

}  // namespace flagstream::loadgen
