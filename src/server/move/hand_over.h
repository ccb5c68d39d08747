// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

#include "base/result.h"
#include "server/front.h"
#include "server/move/moved_clients.h"
#include "server/move/succession.h"
#include "server/options.h"
#include "server/signals.h"

// The life of a node between the one before it and the one after it.
namespace flagstream::server {

// What a node begins with.
struct Heritage {
  MovedClients clients;                    // none: it binds its addresses
  std::optional<Predecessor> predecessor;  // set: it holds the clients, too, until SayReady
};

// From the service manager, or with --take-over from the process that has the data folder open.
// Before any thread is started.
Result<Heritage> TakeHeritage(const NodeOptions& options);

// To the predecessor, if there is one: this node serves from now on.
Result<> SayReady(Heritage& heritage);

// Waits for a signal to stop (nothing), or for a successor. `door` may be null.
std::optional<Successor> WaitForEnd(SuccessorDoor* door);

// The last part of a node's work: `front` has moved out, and the store is closed. Returns the
// clients if the successor did not take over.
std::optional<MovedClients> FinishHandOver(Successor successor, MovedClients clients, Front& front);

// Runs nodes until one ends for good. `Node::Run` returns the clients that it gave away and that
// nobody took, if it did: then the next one begins with them.
template <class Node, class Options>
Result<> RunNodes(const Options& options) {
  FLAGSTREAM_ASSIGN(Heritage heritage, TakeHeritage(options));
  // Before the first thread, which inherits it: else a signal would find that thread.
  BlockStopSignals();
  while (true) {
    Node node(options, std::move(heritage));
    FLAGSTREAM_ASSIGN(std::optional<MovedClients> left, node.Run());
    if (!left) return {};
    heritage = {std::move(*left), std::nullopt};
  }
}

}  // namespace flagstream::server
