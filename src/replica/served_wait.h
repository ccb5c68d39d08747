// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "base/executor.h"
#include "bus/bus.h"

namespace flagstream::replica {

// Someone who waits until every shard holds certain changes, or has waited long enough.
struct ServedWait {
  std::vector<bus::Change> missing;
  Executor* executor;
  Task then;

  void Conclude() { executor->Post(std::move(then)); }
};

}  // namespace flagstream::replica
