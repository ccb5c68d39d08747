// SPDX-License-Identifier: Apache-2.0
#include "api/sse/environment_stream.h"

#include <memory>
#include <utility>

#include "api/sse/sse_stream.h"

namespace flagstream::api {

FindEnvironment EnvironmentsOf(const replica::ShardReplica& replica) {
  return [&replica](std::string_view key) -> std::optional<std::string> {
    const replica::KeyMatch match = replica.Find(key);
    if (!match.environment) return std::nullopt;
    const flags::Environment& environment = match.environment->environment();
    if (!environment.project.enable_realtime_updates) return std::nullopt;
    return replica::ChannelOf(environment.id);
  };
}

FindEnvironment EnvironmentsByKey() {
  return [](std::string_view key) { return std::optional<std::string>(key); };
}

void RegisterEnvironmentStream(net::Router& router, StreamContext context,
                               FindEnvironment find_environment) {
  auto join = [context](const net::Request& request, const std::string& environment,
                        OpenedStream opened) {
    auto sink = std::make_unique<SseStream>(std::move(opened));
    SseStream& joined = *sink;
    joined.Attach(context.hub.Join(environment, std::move(sink), TermsFor(context, request)));
  };
  StreamKind kind{std::move(find_environment), std::move(join)};
  router.Add(
      net::Method::kGet, "/sse/environments/{key}/stream",
      [context, kind = std::move(kind)](const net::Request& request, net::Responder responder) {
        OpenStream(context, request, std::move(responder), kind);
      });
}

}  // namespace flagstream::api
