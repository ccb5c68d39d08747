// SPDX-License-Identifier: Apache-2.0
#include "server/move/hand_over.h"

#include "base/log.h"
#include "server/service_manager.h"

namespace flagstream::server {

Result<Heritage> TakeHeritage(const NodeOptions& options) {
  Heritage heritage;
  FLAGSTREAM_ASSIGN(MovedClients passed, TakePassedSockets());
  if (options.take_over) {
    FLAGSTREAM_ASSIGN(heritage.predecessor, Predecessor::Ask(options.data, heritage.clients));
  }
  if (!heritage.predecessor) heritage.clients = std::move(passed);
  return heritage;
}

Result<> SayReady(Heritage& heritage) {
  return heritage.predecessor ? heritage.predecessor->SayReady() : Result<>();
}

std::optional<MovedClients> FinishHandOver(Successor successor, MovedClients clients,
                                           Front& front) {
  log::Info("handing over", {{"streams", clients.streams.size()},
                             {"connections", clients.clients.connections.size()}});
  const bool is_taken = successor.TakesOver(clients);
  if (is_taken) {
    clients = MovedClients();
    Successor(std::move(successor));  // who waits for this serves from now on
  }
  front.Stop();
  if (is_taken) return std::nullopt;
  return clients;
}

std::optional<Successor> WaitForEnd(SuccessorDoor* door) {
  while (true) {
    const int signal = WaitForStop(door != nullptr ? door->descriptor() : -1);
    if (signal != 0) {
      log::Info("stopping", {{"signal", signal}});
      return std::nullopt;
    }
    if (std::optional<Successor> successor = door->Answer()) return successor;
  }
}

}  // namespace flagstream::server
