// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include "base/clock.h"
#include "base/executor.h"
#include "net/date_line.h"
#include "net/first_requests.h"
#include "net/ip_address.h"
#include "net/owned_fd.h"
#include "net/router.h"
#include "net/server.h"
#include "net/timeout_list.h"
#include "net/write_queue.h"

namespace flagstream::net {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// One number that one thread writes and any thread reads.
class Count {
 public:
  void Add(uint64_t n = 1) { Set(value_.load(std::memory_order_relaxed) + n); }
  void Subtract(uint64_t n = 1) { Set(value_.load(std::memory_order_relaxed) - n); }
  uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  void Set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::atomic<uint64_t> value_ = 0;
};

// What one shard has done; written on the shard.
struct ShardCounts {
  Count open;
  Count lingering;  // of the open ones: answered to the end, waiting for the peer's FIN
  Count waiting;    // of the open ones: see FirstRequests
  Count accepted;
  Count refused;
  Count requests;
  Count timeouts;
};

class Http1Session;

struct SessionListHook
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
};

// How long a connection may take for what; see ServerOptions.
struct ShardTimeouts {
  explicit ShardTimeouts(const ServerOptions& options);
  void Expire(SteadyTime now);

  TimeoutList header;
  TimeoutList body;
  TimeoutList idle;
  TimeoutList write;
  TimeoutList linger;
  TimeoutList last_call;  // for the first request of a connection, once the server stops
};

// What the connections of one shard share. Owned by the shard, outlives its connections; on its
// thread, but for the counts.
struct ShardContext {
  ShardContext(boost::asio::io_context& io_context, Executor& shard_executor,
               const ServerOptions& server_options, const IpNetworks& proxies);
  ~ShardContext();
  ShardContext(const ShardContext&) = delete;
  ShardContext& operator=(const ShardContext&) = delete;

  // Writes the session's answers once the answers that are already on their way to the shard have
  // come too, so that they leave together.
  void FlushSoon(std::shared_ptr<Http1Session> session);
  std::string_view CurrentDateLine();
  SteadyTime Now() const { return SystemClock().Steady(); }

  // Constant once the shard runs
  boost::asio::io_context& io;
  Executor& executor;
  const ServerOptions& options;
  const IpNetworks& trusted_proxies;
  std::unique_ptr<Router> router;

  // On the shard
  bool is_draining = false;   // no further requests: see Server::StopAccepting
  bool is_paused = false;     // no request is begun: see Server::Pause
  bool is_moved_out = false;  // others answer now: see Server::MoveOut
  ShardTimeouts timeouts;
  boost::intrusive::list<SessionListHook, boost::intrusive::constant_time_size<false>> sessions;
  // Those that wait for nothing but the end of a pause, which else nobody would keep.
  std::vector<std::shared_ptr<Http1Session>> paused_sessions;
  WriteQueue gathered;  // the answers of one session while they are written; empty between
  std::array<char, 64 * 1024> read_buffer;  // what came in; used up before the next read

  ShardCounts counts;
  FirstRequests first_requests{*this};

 private:
  void FlushAll();

  DateLine date_line_;
  std::vector<std::shared_ptr<Http1Session>> to_flush_;
  std::vector<std::shared_ptr<Http1Session>> flushing_;
};

// Of a TCP socket, IPv4 or IPv6; asks the kernel.
boost::asio::ip::tcp TcpOf(int socket);

// A connected socket that is counted as open for as long as it is.
class Connection {
 public:
  // Of a connected socket of this protocol; nothing if the shard has no memory to watch it.
  static std::optional<Connection> Open(ShardContext& context, OwnedFd socket,
                                        boost::asio::ip::tcp protocol);
  Connection(ShardContext& context, Socket socket)
      : socket_(std::move(socket)), context_(&context) {
    context.counts.open.Add();
  }
  Connection(Connection&& other) noexcept
      : socket_(std::move(other.socket_)), context_(std::exchange(other.context_, nullptr)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection() { Close(); }

  Socket& socket() { return socket_; }
  int fd() { return socket_.native_handle(); }
  bool IsOpen() const { return context_ != nullptr; }
  // At once; the kernel still sends what it took. Ends what waits for the socket.
  void Close();
  // FIN behind what was sent.
  void ShutDownSend();
  // Gives the socket away. Ends what waits for it.
  OwnedFd Release();

 private:
  Socket socket_;
  ShardContext* context_;  // null: closed or moved away
};

}  // namespace flagstream::net
