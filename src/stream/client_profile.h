// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "stream/client_kind.h"
#include "stream/stream_terms.h"

namespace flagstream::stream {

// What is known of who asks for a stream: what the request has of these headers, empty where it has
// none.
struct ClientRequest {
  std::string_view user_agent;
  std::string_view accept;
  std::string_view requested_with;   // X-Requested-With
  std::string_view environment_key;  // X-Environment-Key
};

// A kind of client and what is good for it. The first row whose test holds counts; each row names
// the client's behaviour that asks for it.
struct ClientProfile {
  ClientKind kind;
  bool (*is_meant)(const ClientRequest& request);
  StreamTerms terms;
};

// Shorter streams would make every client reconnect without pause.
inline constexpr std::chrono::milliseconds kStreamAgeMin{5'000};

// What row of the table a client is. Lives for ever.
const ClientProfile& ProfileOf(const ClientRequest& request);

// On what terms a client is given a stream. Immutable, so safe from any thread.
class ClientProfiles {
 public:
  // `age_max` is the operator's word and holds for every client, give or take a tenth: negative is
  // no limit, and less than kStreamAgeMin means that. Without it each client gets what its row
  // says.
  explicit ClientProfiles(std::optional<std::chrono::milliseconds> age_max);

  StreamTerms TermsFor(const ClientRequest& request) const;

 private:
  const std::optional<std::chrono::milliseconds> age_max_;
};

}  // namespace flagstream::stream
