// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "bus/bus.h"

namespace flagstream::service {

// What a write answers, and what replicas must hold before the writer is told: then who reads after
// writing reads what was written.
template <class T>
struct Written {
  T value;
  std::vector<bus::Change> changes;
};

// The answer of a write that has nothing to say.
struct Done {};

// A member of an update: unset = the caller did not name it, and what is stored stays.
template <class T>
using Given = std::optional<T>;

}  // namespace flagstream::service
