// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "server/move/moved_clients.h"

// systemd, or what speaks its protocols (sd_listen_fds(3), sd_notify(3)). Without one all of this
// does nothing.
namespace flagstream::server {

// Takes the sockets that listen already and that the service manager keeps, so that nobody is
// refused while this process is replaced by the next; those of operators are named `ops`
// (FileDescriptorName=). None of them: nothing. Once, before any thread is started: it changes the
// environment, so that later calls and child processes find none. kUnavailable if what was passed
// cannot be read.
Result<MovedClients> TakePassedSockets();

// Tells that the process serves, and that it is the service's main one, which another may have been
// before; `status` is a line for a person.
void TellReady(const std::string& status);
// Tells that it ends because it was asked to.
void TellStopping();

}  // namespace flagstream::server
