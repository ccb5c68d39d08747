// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace flagstream::stream {

// What a hub needs of a connection. On the hub's shard only. Owned by its subscriber; destroying it
// closes the connection at once.
//
// What happens to the connection is told to the Subscriber that Hub::Join returned: OnWritable
// never inside a call of this interface, OnClosed at any time. Neither ever destroys the sink
// before it returns: sinks of ended streams are destroyed by a task of the hub's own.
class Sink {
 public:
  virtual ~Sink() = default;

  // How many bytes were taken, from none to all of them; never blocks. Whoever gets fewer waits for
  // OnWritable and sends the rest then. A broken connection takes none, and OnClosed follows.
  virtual size_t Send(std::string_view bytes) = 0;
  // Asks for one Subscriber::OnWritable as soon as there is room.
  virtual void WaitWritable() = 0;
  // The stream's last byte was taken: ends it so that the client sees a clean end. The last call
  // before it is destroyed.
  virtual void Finish() = 0;
};

}  // namespace flagstream::stream
