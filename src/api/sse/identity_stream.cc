// SPDX-License-Identifier: Apache-2.0
#include "api/sse/identity_stream.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/sse/sse_stream.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

using replica::IdentityWatch;

// A stream for which an identity is watched.
class IdentitySseStream final : public SseStream {
 public:
  IdentitySseStream(std::unique_ptr<net::StreamConnection> connection, StreamSlots& slots,
                    IdentityWatch::Interest interest)
      : SseStream(std::move(connection), slots), interest_(std::move(interest)) {}

 private:
  const IdentityWatch::Interest interest_;
};

// Nothing where there is no event to wait for: unknown key, real-time off, or a text that no
// identity can have.
std::optional<IdentityWatch::Joining> Watch(replica::ShardReplica& replica,
                                            const net::Request& request) {
  const replica::KeyMatch match = replica.Find(request.Path("key"));
  if (!match.environment) return std::nullopt;
  const flags::Environment& environment = match.environment->environment();
  if (!environment.project.enable_realtime_updates) return std::nullopt;
  const Result<std::string> identifier = wire::ParseIdentifier(request.Path("identifier"));
  if (!identifier) return std::nullopt;
  return replica.WatchIdentity(environment.id, match.kind, *identifier);
}

void Join(const StreamContext& context, replica::ShardReplica& replica, const net::Request& request,
          std::unique_ptr<net::StreamConnection> connection) {
  std::optional<IdentityWatch::Joining> joining = Watch(replica, request);
  if (!joining) return JoinIdle(context, request, std::move(connection));
  auto sink = std::make_unique<IdentitySseStream>(std::move(connection), context.slots,
                                                  std::move(joining->interest));
  SseStream& joined = *sink;
  joined.Attach(context.hub.JoinPassing(joining->channel, std::move(joining->first),
                                        std::move(sink), TermsFor(context, request)));
}

}  // namespace

void RegisterIdentityStream(net::Router& router, StreamContext context,
                            replica::ShardReplica& replica) {
  const JoinHub join = [context, &replica](const net::Request& request,
                                           std::unique_ptr<net::StreamConnection> connection) {
    Join(context, replica, request, std::move(connection));
  };
  for (const std::string_view pattern :
       {"/sse/environments/{key}/identities/{identifier}/stream",
        "/identities/{identifier}/sse/environments/{key}/stream"}) {
    router.Add(net::Method::kGet, pattern,
               [context, join](const net::Request& request, net::Responder responder) {
                 OpenStream(context, request, std::move(responder), join);
               });
  }
}

}  // namespace flagstream::api
