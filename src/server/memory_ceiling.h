// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "api/sse/stream_slots.h"

namespace flagstream::server {

// Memory of this process in use that is its own, without files (RssAnon of proc(5)); nothing if the
// kernel does not tell.
std::optional<int64_t> OwnMemoryBytes();

// Keeps the number of streams from growing from when the process has more memory than it may until
// it has well less. Used on one thread; `slots` outlives it.
class MemoryCeiling {
 public:
  MemoryCeiling(int64_t bytes_max, api::StreamSlots& slots)
      : bytes_max_(bytes_max), slots_(slots) {}

  // What the process has now. Logs when the ceiling is reached, and when memory has fallen well
  // below it.
  void Update(int64_t bytes);

 private:
  const int64_t bytes_max_;
  api::StreamSlots& slots_;
};

}  // namespace flagstream::server
