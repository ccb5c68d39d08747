// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace flagstream::stream {

// The age of a stream that ends only when its peer or the server does.
inline constexpr std::chrono::milliseconds kUnlimitedAge = std::chrono::milliseconds::max();

// How long one stream may live; chosen per client by stream/client_profile.
struct StreamLimits {
  std::chrono::milliseconds age_max{30'000};  // more than zero
  double age_jitter = 0.1;  // the actual limit is drawn from age_max * [1 - jitter, 1 + jitter]

  bool operator==(const StreamLimits&) const = default;
};

}  // namespace flagstream::stream
