// SPDX-License-Identifier: Apache-2.0
#include "api/sse/identity_stream.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/sse/environment_stream.h"
#include "api/sse/sse_stream.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

using replica::IdentityWatch;

// A stream for which an identity is watched.
class IdentitySseStream final : public SseStream {
 public:
  IdentitySseStream(OpenedStream opened, IdentityWatch::Interest interest)
      : SseStream(std::move(opened)), interest_(std::move(interest)) {}

  std::optional<StreamIdentity> Identity() const override {
    const replica::WatchedIdentity& identity = interest_.identity();
    return StreamIdentity{identity.environment(), identity.kind(), identity.identifier()};
  }

 private:
  const IdentityWatch::Interest interest_;
};

// Nothing where the text is none that an identity can have.
std::optional<IdentityWatch::Joining> Watch(replica::ShardReplica& replica,
                                            const net::Request& request) {
  const replica::KeyMatch match = replica.Find(request.Path("key"));
  if (!match.environment) return std::nullopt;
  const Result<std::string> identifier = wire::ParseIdentifier(request.Path("identifier"));
  if (!identifier) return std::nullopt;
  return replica.WatchIdentity(match.environment->environment().id, match.kind, *identifier);
}

void Join(const StreamContext& context, replica::ShardReplica& replica, const net::Request& request,
          OpenedStream opened) {
  std::optional<IdentityWatch::Joining> joining = Watch(replica, request);
  if (!joining) return JoinIdle(context, request, std::move(opened));
  auto sink = std::make_unique<IdentitySseStream>(std::move(opened), std::move(joining->interest));
  SseStream& joined = *sink;
  joined.Attach(context.hub.JoinPassing(joining->channel, std::move(joining->first),
                                        std::move(sink), TermsFor(context, request)));
}

}  // namespace

void MoveInIdentityStream(const StreamContext& context, replica::ShardReplica& replica,
                          const StreamIdentity& identity, stream::MovedStream stream,
                          OpenedStream opened) {
  IdentityWatch::Joining joining =
      replica.WatchIdentity(identity.environment, identity.kind, identity.identifier);
  auto sink = std::make_unique<IdentitySseStream>(std::move(opened), std::move(joining.interest));
  SseStream& joined = *sink;
  stream.channel = std::move(joining.channel);
  joined.Attach(
      context.hub.MoveInPassing(std::move(stream), std::move(joining.first), std::move(sink)));
}

void RegisterIdentityStream(net::Router& router, StreamContext context,
                            replica::ShardReplica& replica) {
  const StreamKind kind{
      EnvironmentsOf(replica),
      [context, &replica](const net::Request& request, const std::string& /*environment*/,
                          OpenedStream opened) {
        Join(context, replica, request, std::move(opened));
      }};
  for (const std::string_view pattern :
       {"/sse/environments/{key}/identities/{identifier}/stream",
        "/identities/{identifier}/sse/environments/{key}/stream"}) {
    router.Add(net::Method::kGet, pattern,
               [context, kind](const net::Request& request, net::Responder responder) {
                 OpenStream(context, request, std::move(responder), kind);
               });
  }
}

}  // namespace flagstream::api
