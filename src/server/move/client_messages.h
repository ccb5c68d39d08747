// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "server/move/move_channel.h"
#include "server/move/moved_clients.h"

// MovedClients as messages, one for each socket.
namespace flagstream::server {

// Of the messages below. A process that speaks another one is not replaced.
inline constexpr int64_t kMoveFormat = 1;

// Sends all of them; their descriptors stay here, too. What the other process cannot be told in one
// message is left out, and closed with the rest of `clients`.
Result<> SendClients(MoveChannel& channel, const MovedClients& clients);
// Puts what one message says into `clients`; kInvalidArgument, naming the field, if it says nothing
// that is known.
Result<> TakeClient(MoveMessage message, MovedClients& clients);

}  // namespace flagstream::server
