// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "api/sse/moved_streams.h"
#include "net/moved_connection.h"
#include "net/owned_fd.h"
#include "net/server.h"

namespace flagstream::server {

// The clients of one listening address: the sockets where they connect, and those who are
// connected.
struct MovedSide {
  std::vector<net::OwnedFd> listening;
  std::vector<net::MovedConnection> connections;
};

// All that clients hold of a process, on its way to the process that replaces it. A service manager
// gives the beginning of it: sockets that listen, and nobody connected.
struct MovedClients {
  MovedSide clients;
  MovedSide operators;  // of --ops-listen; nothing if they use the other address
  std::vector<api::MovedSseStream> streams;
  // Whether somebody else keeps the listening sockets, too.
  net::Server::Sockets whose = net::Server::Sockets::kOwned;
};

}  // namespace flagstream::server
