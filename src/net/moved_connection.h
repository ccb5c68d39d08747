// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "net/owned_fd.h"

namespace flagstream::net {

// A connection on its way to another process that serves the same clients: the socket, whose other
// end notices nothing, and what this process knows of it.
struct MovedConnection {
  OwnedFd socket;
  std::string unread;      // received, and part of no request that was taken
  bool has_asked = false;  // it is not new: a request was taken on it before
  bool keep_alive = true;  // of a stream: whether requests may follow it
};

}  // namespace flagstream::net
