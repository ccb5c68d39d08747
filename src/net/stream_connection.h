// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/moved_connection.h"

namespace flagstream::net {

// A connection whose answer goes on: bytes are sent as they come, without buffer, parser or
// coroutine behind it. On its shard only. Destroying it closes the connection at once.
class StreamConnection {
 public:
  // Told what happens to the connection, on its shard and never inside one of its calls.
  class Observer {
   public:
    // There is room again after a Send that was cut short and WaitWritable.
    virtual void OnWritable() = 0;
    // The peer closed or broke the connection. Destroy the StreamConnection, now or later; only
    // that is still allowed.
    virtual void OnClosed() = 0;

   protected:
    ~Observer() = default;
  };

  virtual ~StreamConnection() = default;

  // `observer` must outlive the connection. Before the first event, set once.
  virtual void Observe(Observer& observer) = 0;

  // How many bytes the kernel took, from none to all of them; never blocks. After a failure it
  // takes none and OnClosed follows.
  virtual size_t Send(std::string_view bytes) = 0;
  // Calls OnWritable once, as soon as the kernel has room.
  virtual void WaitWritable() = 0;

  // The answer is complete (its last chunk was taken whole): the connection goes back to HTTP for
  // the next request, or is closed with FIN, never reset, if the client or the server wants no
  // more. The object is empty afterwards; destroy it.
  virtual void Finish() = 0;

  // Gives the connection away as it is, in the middle of the answer: see Shard::MoveIn. Nothing if
  // the peer is gone, or answers to other requests are to be sent before or behind it. The object
  // is empty afterwards; destroy it.
  virtual std::optional<MovedConnection> MoveOut() = 0;
};

}  // namespace flagstream::net
