// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

namespace flagstream {
namespace {

class OperatingSystemClock final : public Clock {
 public:
  int64_t NowMicros() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
  }
  SteadyTime Steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& SystemClock() {
  static const OperatingSystemClock clock;
  return clock;
}

}  // namespace flagstream
