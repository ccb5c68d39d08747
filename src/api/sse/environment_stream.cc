// SPDX-License-Identifier: Apache-2.0
#include "api/sse/environment_stream.h"

#include <memory>
#include <utility>

#include "api/sse/sse_stream.h"

namespace flagstream::api {

FindChannel ChannelsOf(const replica::ShardReplica& replica) {
  return [&replica](std::string_view key) -> std::optional<std::string> {
    const replica::KeyMatch match = replica.Find(key);
    if (!match.environment) return std::nullopt;
    const flags::Environment& environment = match.environment->environment();
    if (!environment.project.enable_realtime_updates) return std::nullopt;
    return std::to_string(environment.id.value);
  };
}

FindChannel ChannelsByKey() {
  return [](std::string_view key) { return std::optional<std::string>(key); };
}

void RegisterEnvironmentStream(net::Router& router, StreamContext context,
                               FindChannel find_channel) {
  JoinHub join = [context, find_channel = std::move(find_channel)](
                     const net::Request& request,
                     std::unique_ptr<net::StreamConnection> connection) {
    const std::optional<std::string> channel = find_channel(request.Path("key"));
    if (!channel) return JoinIdle(context, request, std::move(connection));
    auto sink = std::make_unique<SseStream>(std::move(connection), context.slots);
    SseStream& joined = *sink;
    joined.Attach(context.hub.Join(*channel, std::move(sink), TermsFor(context, request)));
  };
  router.Add(
      net::Method::kGet, "/sse/environments/{key}/stream",
      [context, join = std::move(join)](const net::Request& request, net::Responder responder) {
        OpenStream(context, request, std::move(responder), join);
      });
}

}  // namespace flagstream::api
