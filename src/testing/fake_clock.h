// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace flagstream::testing {

// A clock that moves when a test says so. Starts in May 2026. Safe from any thread.
class FakeClock final : public Clock {
 public:
  int64_t NowMicros() const override { return wall_micros_.load(); }
  SteadyTime Steady() const override {
    return SteadyTime(std::chrono::microseconds(steady_micros_.load()));
  }

  // Both times go on.
  void Advance(std::chrono::microseconds by) {
    wall_micros_ += by.count();
    steady_micros_ += by.count();
  }
  // The wall clock is set, as an operator or NTP does; the steady one does not notice.
  void SetWall(int64_t micros) { wall_micros_ = micros; }

 private:
  std::atomic<int64_t> wall_micros_{1'777'627'800'000'000};  // 2026-05-01T09:30:00Z
  std::atomic<int64_t> steady_micros_{1'000'000'000};
};

}  // namespace flagstream::testing
