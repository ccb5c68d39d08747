// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/stamp.h"

namespace flagstream::stream {

// One event, encoded once and shared by all who are sent it, on all shards: the bytes of one
// HTTP/1.1 chunk.
struct Frame {
  Stamp stamp;
  int64_t committed_micros =
      0;  // wall time of the commit, for the propagation histogram; 0 = not measured
  std::string chunk;
};

using FramePtr = std::shared_ptr<const Frame>;

// The `environment_updated` event with this stamp.
FramePtr MakeFrame(Stamp stamp, int64_t committed_micros = 0);

}  // namespace flagstream::stream
