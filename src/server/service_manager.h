// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/owned_fd.h"

// systemd, or what speaks its protocols (sd_listen_fds(3), sd_notify(3)). Without one all of this
// does nothing.
namespace flagstream::server {

// Sockets that listen already and that the service manager keeps, so that nobody is refused while
// this process is replaced by the next.
struct PassedSockets {
  std::vector<net::OwnedFd> clients;
  std::vector<net::OwnedFd> operators;  // those named `ops` (FileDescriptorName=)
};

// Takes them over. Once, before any thread is started: it changes the environment, so that later
// calls and child processes find none. kUnavailable if what was passed cannot be read.
Result<PassedSockets> TakePassedSockets();

// Tells that the process serves; `status` is a line for a person.
void TellReady(const std::string& status);
// Tells that it ends because it was asked to.
void TellStopping();

}  // namespace flagstream::server
