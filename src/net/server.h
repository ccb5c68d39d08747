// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "net/moved_connection.h"
#include "net/owned_fd.h"
#include "net/router.h"
#include "net/stream_connection.h"

namespace flagstream::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: the kernel chooses
  size_t threads = 1;

  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 2 * 1024 * 1024;
  size_t connections_max = 0;          // over all shards; 0: no limit but the descriptors
  size_t pipelined_requests_max = 16;  // of one connection, in work at the same time
  std::chrono::milliseconds header_timeout{
      10'000};  // from the first byte of a request to the end of its head
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};   // between requests
  std::chrono::milliseconds write_timeout{60'000};  // a peer that does not take its answer
  size_t stream_send_buffer_bytes = 16 * 1024;      // SO_SNDBUF of a connection once it is a stream
  std::vector<std::string> trusted_proxies;         // CIDR
};

// One thread, one io_context, one listening socket of its own on the shared port (SO_REUSEPORT),
// and the connections it accepted. As an Executor it is what the rest of the program knows of it.
class Shard : public Executor {
 public:
  virtual size_t index() const = 0;

  // What another process gave away (StreamConnection::MoveOut), as a stream of this shard. Null if
  // there is no memory to watch it; it is closed then. On the shard.
  virtual std::unique_ptr<StreamConnection> MoveIn(MovedConnection stream) = 0;
};

// Counts of all shards together; monotonic but for the first two. For metrics.
struct ServerCounts {
  uint64_t connections_open = 0;
  uint64_t connections_waiting = 0;  // of the open ones: have asked something, not read yet
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;
  uint64_t requests = 0;
  uint64_t timeouts = 0;
};

// The sockets and threads of one listening address.
class Server {
 public:
  // Called on each shard's thread before anything else runs there; returns the router of that
  // shard.
  using SetUp = std::function<std::unique_ptr<Router>(Shard&)>;

  // Binds and listens; kUnavailable with a sentence that names the address when it cannot.
  static Result<std::unique_ptr<Server>> Listen(ServerOptions options);
  // Whose the sockets of ServeOn are. With kShared, those who connect while this server stops wait
  // for its successor.
  enum class Sockets { kOwned, kShared };
  // Serves on sockets that listen already, at least one. Address and port of the options do not
  // count. kUnavailable if one is no listening TCP socket.
  static Result<std::unique_ptr<Server>> ServeOn(std::vector<OwnedFd> sockets, Sockets whose,
                                                 ServerOptions options);
  virtual ~Server() = default;

  // Of the first socket.
  virtual std::string address() const = 0;
  virtual uint16_t port() const = 0;
  // The shards exist from Listen on; tasks posted to them run once Start was called.
  virtual size_t shard_count() const = 0;
  virtual Shard& shard(size_t index) = 0;

  // Starts the threads, which from now on run tasks; returns when every shard is set up.
  // Connections wait in the kernel, so that nobody is answered before the data is there.
  virtual void Start(SetUp set_up) = 0;
  // From now on connections are accepted.
  virtual void StartAccepting() = 0;
  // Serves connections that another process gave away (MoveOut), by turns on the shards. Those that
  // there is no memory to watch are closed. Requires Start.
  virtual void MoveIn(std::vector<MovedConnection> connections) = 0;

  // First step of moving to another process: gives away the listening sockets, where who connects
  // waits from now on. No request is begun any more; those under way are finished, which is waited
  // for at most `grace`.
  virtual std::vector<OwnedFd> Pause(std::chrono::milliseconds grace) = 0;
  // Second step: gives away the connections that nothing is under way on, but for streams. Those
  // that are left end with the answers under way; a request whose body is still coming is answered
  // 503, because others know better now.
  virtual std::vector<MovedConnection> MoveOut() = 0;

  // First step of shutdown: closes the listening sockets and answers further requests with
  // `Connection: close`. Idle connections end, but for those that have asked nothing yet: they get
  // a second for it.
  virtual void StopAccepting() = 0;
  // Last step: waits at most `grace` for answers under way, then closes what is left and joins the
  // threads.
  virtual void Stop(std::chrono::milliseconds grace) = 0;

  virtual ServerCounts counts() const = 0;
};

}  // namespace flagstream::net
