// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include "net/owned_fd.h"
#include "net/shard_context.h"

namespace flagstream::net {

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
  // Closes. With kServe what the kernel has accepted already is served first; else it is
  // left to those who have the socket too.
  enum class Waiting { kServe, kLeave };
  void Stop(Waiting waiting);
  // Instead of Stop: gives the socket away, which goes on listening. None after Stop.
  OwnedFd Release();

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
  const boost::asio::ip::tcp protocol_;
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
