// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace flagstream::stream {

// What a hub needs of a connection. On the hub's shard only. Owned by its subscriber; destroying it closes the connection.
class Sink {
 public:
  virtual ~Sink() = default;

  // How many bytes were taken, from none to all of them; never blocks. If fewer: WaitWritable, and send the rest then.
  virtual size_t Send(std::string_view bytes) = 0;
  // Asks for one Subscriber::OnWritable as soon as there is room.
  virtual void WaitWritable() = 0;
  // The stream's last byte was taken: ends it so that the client sees a clean end. The sink is of no use afterwards.
  virtual void Finish() = 0;
};

}  // namespace flagstream::stream
