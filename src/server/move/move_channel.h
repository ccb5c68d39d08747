// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/owned_fd.h"
#include "wire/json.h"

namespace flagstream::server {

// One message between a process and the one that replaces it.
struct MoveMessage {
  wire::Json fields;
  std::vector<std::string> texts;  // as clients sent them: any bytes
  net::OwnedFd descriptor{};       // none: -1
};

// One end of a connected Unix socket of sequenced packets (unix(7)), each a message: a line of
// JSON, whose "texts" are the lengths of what follows it. For one thread; calls block.
class MoveChannel {
 public:
  explicit MoveChannel(net::OwnedFd socket) : socket_(std::move(socket)) {}

  // `descriptor` is duplicated on its way; the message's own is not sent. kUnavailable if the other
  // end is gone, kTooLarge if the message is no packet.
  Result<> Send(const MoveMessage& message, int descriptor = -1);
  // Nothing once the other end is closed. kUnavailable if that is broken, or nothing comes in time;
  // kInvalidArgument if what comes is no message.
  Result<std::optional<MoveMessage>> Receive(std::chrono::milliseconds patience);

 private:
  net::OwnedFd socket_;
};

}  // namespace flagstream::server
