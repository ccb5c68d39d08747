// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/sse/stream_slots.h"
#include "base/executor.h"
#include "base/random.h"
#include "net/request.h"
#include "net/responder.h"
#include "net/response.h"
#include "net/stream_connection.h"
#include "stream/client_profile.h"
#include "stream/hub.h"

// What streams of all kinds have in common: who is given one, who is held back, and for how long.
namespace flagstream::api {

// Streams of one shard; all of it outlives the router.
struct StreamContext {
  stream::Hub& hub;
  StreamSlots& slots;  // of all shards
  Random& random;      // of this shard
  const stream::ClientProfiles& profiles;
};

// A stream whose head was sent, and the slot it holds.
struct OpenedStream {
  std::unique_ptr<net::StreamConnection> connection;
  StreamSlot slot;
};

// The environment that a key in a stream's path means, by the name of its channel in the hub;
// nothing if there is no event to wait for, because the key is unknown or its project has real-time
// off.
using FindEnvironment = std::function<std::optional<std::string>(std::string_view key)>;

// What is told on the streams of a path.
struct StreamKind {
  FindEnvironment find_environment;
  // Gives a stream of that environment to the hub.
  std::function<void(const net::Request&, const std::string& environment, OpenedStream)> join;
};

// Opens a stream. Where none can be had it answers a whole one without an event: at once to HEAD;
// after some seconds over a limit of streams, and to those who do not understand chunks.
void OpenStream(const StreamContext& context, const net::Request& request, net::Responder responder,
                const StreamKind& kind);

// A stream that is told nothing.
void JoinIdle(const StreamContext& context, const net::Request& request, OpenedStream opened);

// How the hub is to treat the stream of this client.
stream::StreamTerms TermsFor(const StreamContext& context, const net::Request& request);

// SSE clients ask again at once after any answer, some of them without end: what cannot be served
// is held back, each for another time.
void AnswerLater(Random& random, net::Response response, net::Responder responder);

}  // namespace flagstream::api
