// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "net/shard_context.h"
#include "net/stream_connection.h"

namespace flagstream::net {

class Http1Session;

// The socket of a connection that is a stream, and nothing else: there are many. Held by the
// StreamConnection that was handed out and by what waits for the socket, so that an event which is
// already on its way when the stream is destroyed finds something. On its shard.
//
// The peer's FIN counts as the end of the stream: no client of event streams closes only its
// sending side, while waiting for a failed send would keep dead streams until the next keep-alive
// comment. Requests that a client sends behind its GET are kept, up to a bound, for the time after
// Finish.
class StreamSocket {
 public:
  explicit StreamSocket(ShardContext& context) : context_(context) {}
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  // The session's side: the connection is the stream's from here on; its head was sent. `parked` is
  // the session, if it has something to go on with afterwards, else null.
  void Start(Connection connection, bool keep_alive, std::shared_ptr<Http1Session> parked);
  // The connection ended before the stream got it.
  void OnSessionClosed();
  bool IsAbandoned() const { return is_abandoned_; }

  // StreamConnection's side.
  void Observe(StreamConnection::Observer& observer);
  size_t Send(std::string_view bytes);
  void WaitWritable();
  void Finish();
  std::optional<MovedConnection> MoveOut();
  void Abandon();

 private:
  friend void intrusive_ptr_add_ref(StreamSocket* stream) { ++stream->references_; }
  friend void intrusive_ptr_release(StreamSocket* stream) {
    if (--stream->references_ == 0) delete stream;
  }

  void SetOptions();
  void AwaitReadable();
  void OnReadable();
  // False once the peer is gone.
  bool KeepForLater(std::string_view bytes);
  void AwaitWritable();
  void OnClosed();
  void TellClosed();

  ShardContext& context_;
  std::optional<Connection> connection_;  // between Start and the end
  StreamConnection::Observer* observer_ = nullptr;
  std::shared_ptr<Http1Session> parked_;
  uint32_t references_ = 0;
  bool keep_alive_ = false;
  bool wants_writable_ = false;
  bool is_waiting_writable_ = false;
  bool is_closed_ = false;     // by the peer
  bool is_told_ = false;       // the observer of that, or will be
  bool is_abandoned_ = false;  // nobody wants the stream any more
};

// A stream that another process began; null if there is no memory to watch it.
boost::intrusive_ptr<StreamSocket> MoveInStream(ShardContext& context, MovedConnection stream);

// What a handler gets for it.
std::unique_ptr<StreamConnection> MakeStreamConnection(boost::intrusive_ptr<StreamSocket> stream);

}  // namespace flagstream::net
