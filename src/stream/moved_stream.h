// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/stamp.h"
#include "stream/stream_terms.h"

namespace flagstream::stream {

// A stream on its way to a hub of another process: all that Hub::MoveIn needs to go on where
// Hub::MoveOut stopped, but for its connection.
struct MovedStream {
  std::string channel;              // empty: it is told nothing
  StreamTerms terms;                // age_max: what is left, kUnlimitedAge if it has no limit
  std::chrono::milliseconds age{};  // by now
  Stamp sent;                       // of the newest frame begun
  std::string rest;                 // of the chunk under way
  bool is_end_due = false;          // after which it ends
  bool is_repeat_owed = false;
};

}  // namespace flagstream::stream
