// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "base/assert.h"
#include "base/result.h"
#include "net/shard_context.h"

namespace flagstream::net {

// A descriptor that is closed with its owner.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd() { Reset(); }

  int get() const { return fd_; }
  int Release();
  void Reset();

 private:
  int fd_;
};

// An address to listen on, and the sockets that do.
struct ListenAddress {
  std::string address;
  uint16_t port = 0;
};
// A bound, listening socket. `is_shared`: others of this process listen on the same port.
Result<OwnedFd> OpenListeningSocket(const ListenAddress& listen, bool is_shared);
// The port of a bound socket.
uint16_t LocalPort(int socket);
// An error if somebody listens there already, which sockets that share a port would not notice.
Result<> CheckPortIsFree(const ListenAddress& listen);

// Accepts the connections of one shard. When the descriptors of process or machine are used up, it
// refuses one connection with a descriptor held back for that, so that the client knows, and
// pauses: the others wait in the kernel's queue. On its shard.
class Listener {
 public:
  // `count_open` says how many connections all shards have.
  Listener(ShardContext& context, OwnedFd socket, std::function<uint64_t()> count_open);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Nothing happens after Stop.
  void Start();
  // Serves what the kernel has accepted already, then closes.
  void Stop();

 private:
  enum class Accepted { kOne, kNone, kExhausted };

  void AwaitConnection();
  void AcceptSome();
  Accepted AcceptOne();
  void Serve(int fd);
  bool IsFull() const;
  void RefuseOne();
  void Pause();

  ShardContext& context_;
  const std::function<uint64_t()> count_open_;
  const bool is_v6_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      pause_;
  OwnedFd reserve_;
  bool is_exhausted_ = false;
};

}  // namespace flagstream::net
