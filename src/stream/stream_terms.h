// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "stream/client_kind.h"

namespace flagstream::stream {

// The age of a stream that ends only when its peer or the server does.
inline constexpr std::chrono::milliseconds kUnlimitedAge = std::chrono::milliseconds::max();

// How the hub treats one stream; chosen for its client by stream/client_profile.
struct StreamTerms {
  std::chrono::milliseconds age_max{30'000};  // more than zero
  double age_jitter = 0.1;  // the actual limit is drawn from age_max * [1 - jitter, 1 + jitter]
  // It ends right after an event, unless that was its first.
  bool ends_after_change = false;
  // The client does not join the pieces of an event that was cut: it is sent once more, whole.
  bool needs_whole_events = false;
  // An event that the client was sent before costs it nothing.
  bool is_repeat_free = false;
  ClientKind client = ClientKind::kOther;  // for those who count

  bool operator==(const StreamTerms&) const = default;
};

}  // namespace flagstream::stream
