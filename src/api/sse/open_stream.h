// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

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

// Gives the connection, whose head was sent and which holds a slot, to the hub.
using JoinHub = std::function<void(const net::Request&, std::unique_ptr<net::StreamConnection>)>;

// Opens a stream and lets `join` decide what is told on it. Where none can be had it answers a
// whole one without an event: at once to HEAD; after some seconds over the limit of streams, and to
// those who do not understand chunks.
void OpenStream(const StreamContext& context, const net::Request& request, net::Responder responder,
                const JoinHub& join);

// A stream that is told nothing: unknown key, real-time off.
void JoinIdle(const StreamContext& context, const net::Request& request,
              std::unique_ptr<net::StreamConnection> connection);

// How the hub is to treat the stream of this client.
stream::StreamTerms TermsFor(const StreamContext& context, const net::Request& request);

// SSE clients ask again at once after any answer, some of them without end: what cannot be served
// is held back, each for another time.
void AnswerLater(Random& random, net::Response response, net::Responder responder);

}  // namespace flagstream::api
