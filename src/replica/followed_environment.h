// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/stamp.h"

namespace flagstream::replica {

// Where a node stands with one environment. Revisions are 0 before the first.
struct FollowedEnvironment {
  int64_t known_revision = 0;    // the newest that is known to exist
  int64_t served_revision = 0;   // held by every shard
  int64_t committed_micros = 0;  // wall time of the commit of known_revision; 0 = not known
  Stamp released;                // the newest that clients were told of
  bool is_loading = false;       // from the read until every shard holds what was read
  std::chrono::milliseconds retry_delay{0};  // before the next try; 0 = the last load succeeded
  SteadyTime behind_since;       // while IsBehind

  bool IsBehind() const { return served_revision < known_revision; }
};

}  // namespace flagstream::replica
