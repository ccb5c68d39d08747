// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace flagstream {

using SteadyTime = std::chrono::steady_clock::time_point;

// Where time comes from, so that tests can hold it. Safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time in microseconds since 1970-01-01 UTC; may step.
  virtual int64_t NowMicros() const = 0;
  // Never steps back; for durations and deadlines.
  virtual SteadyTime Steady() const = 0;
};

// The operating system's clocks. Lives for ever.
const Clock& SystemClock();

}  // namespace flagstream
