// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/owned_fd.h"
#include "server/move/move_channel.h"
#include "server/move/moved_clients.h"

// How one process replaces another that has the same data folder, by the Unix socket
// DIR/flagstream.sock:
//
//   the new one                     the old one
//   "take over", with its format ->
//                                <- "refused", with a sentence; or, once it does nothing any more,
//                                   its clients (client_messages.h), closes its store
//                                <- "yours"
//   opens the store, loads it
//   "ready"                      ->
//                                   closes its copies of the descriptors
//                                <- the end of the connection
//   serves
//
// If the new one ends before it is ready, the old one has all it needs to go on.
namespace flagstream::server {

class FolderSocket;

// The process that is to be replaced, from the one that replaces it.
class Predecessor {
 public:
  // Waits until it has given `clients` away and has closed the store. Nothing if no process listens
  // in the folder; kConflict with its sentence if it refuses, kUnavailable if it breaks off.
  static Result<std::optional<Predecessor>> Ask(const std::string& data_folder,
                                                MovedClients& clients);

  // This process serves from now on. Returns when the other one does not hold the clients any more.
  Result<> SayReady();

 private:
  explicit Predecessor(MoveChannel channel) : channel_(std::move(channel)) {}

  MoveChannel channel_;
};

// The process that replaces this one.
class Successor {
 public:
  explicit Successor(MoveChannel channel) : channel_(std::move(channel)) {}

  // Whether it has them, and is ready. If not, which is logged, they are still ours.
  bool TakesOver(const MovedClients& clients);

 private:
  MoveChannel channel_;
};

// Where a successor asks. Made by the holder of the folder's lock, and destroyed before it gives
// that up: the file goes with it.
class SuccessorDoor {
 public:
  // Without one, which is logged, this process cannot be replaced while it serves.
  static std::unique_ptr<SuccessorDoor> Open(const std::string& data_folder);
  ~SuccessorDoor();
  SuccessorDoor(const SuccessorDoor&) = delete;
  SuccessorDoor& operator=(const SuccessorDoor&) = delete;

  // Readable when somebody asks.
  int descriptor() const;
  // Nothing if who asks is no successor: it is told why.
  std::optional<Successor> Answer();

 private:
  explicit SuccessorDoor(std::unique_ptr<FolderSocket> socket);

  const std::unique_ptr<FolderSocket> socket_;
};

}  // namespace flagstream::server
