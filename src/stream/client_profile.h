// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "stream/stream_limits.h"

namespace flagstream::stream {

// What is known of who asks for a stream.
struct ClientRequest {
  std::string_view user_agent;  // empty: none was sent
};

// A kind of client and what is good for it. The first row whose test holds counts; each row names
// the client's behaviour that asks for it.
struct ClientProfile {
  std::string_view name;
  bool (*is_meant)(const ClientRequest& request);
  StreamLimits limits;
};

// Shorter streams would make every client reconnect without pause.
inline constexpr std::chrono::milliseconds kStreamAgeMin{5'000};

// How long the stream of a client may live. Immutable, so safe from any thread.
class ClientProfiles {
 public:
  // `age_max` is the operator's word and holds for every client: negative is no limit, and less
  // than kStreamAgeMin means that. Without it each client gets what its row says.
  explicit ClientProfiles(std::optional<std::chrono::milliseconds> age_max);

  StreamLimits LimitsFor(const ClientRequest& request) const;

 private:
  const std::optional<std::chrono::milliseconds> age_max_;
};

}  // namespace flagstream::stream
