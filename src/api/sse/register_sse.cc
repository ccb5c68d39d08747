// SPDX-License-Identifier: Apache-2.0
#include "api/sse/register_sse.h"

#include <chrono>
#include <memory>
#include <utility>

#include "api/answers.h"
#include "api/errors.h"
#include "api/sse/sse_stream.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

// SSE clients ask again at once after any answer, some of them without end: what cannot be served
// is held back, each for another time.
constexpr int64_t kHoldMsMin = 1'000;
constexpr int64_t kHoldMsMax = 5'000;

void AnswerLater(Random& random, net::Response response, net::Responder responder) {
  const std::chrono::milliseconds delay(random.Between(kHoldMsMin, kHoldMsMax));
  Executor& shard = responder.shard();
  shard.PostAfter(delay,
                  [response = std::move(response), responder = std::move(responder)]() mutable {
                    responder.Send(std::move(response));
                  });
}

// A whole stream without an event. An error status would keep Android from ever asking again.
net::Response EmptyStream() {
  net::Response response = EmptyAnswer(200);
  response.AddHeader("Content-Type", "text/event-stream");
  response.SetBody(std::string(wire::kKeepAliveComment));
  return response;
}

stream::StreamLimits LimitsFor(const SseContext& context, const net::Request& request) {
  return context.profiles.LimitsFor({.user_agent = request.Header("User-Agent").value_or("")});
}

void Join(const SseContext& context, const net::Request& request,
          std::unique_ptr<net::StreamConnection> connection) {
  const stream::StreamLimits limits = LimitsFor(context, request);
  const std::optional<std::string> channel = context.find_channel(request.Path("key"));
  auto sink = std::make_unique<SseStream>(std::move(connection), context.slots);
  SseStream& joined = *sink;
  joined.Attach(channel ? context.hub.Join(*channel, std::move(sink), limits)
                        : context.hub.JoinIdle(std::move(sink), limits));
}

void OpenStream(const SseContext& context, const net::Request& request, net::Responder responder) {
  if (request.method() == net::Method::kHead) return responder.Send(EmptyStream());
  // HTTP/1.0 has no chunks, and an event is one.
  if (!request.is_http11() || !context.slots.TryTake()) {
    return AnswerLater(context.random, EmptyStream(), std::move(responder));
  }
  std::unique_ptr<net::StreamConnection> connection = responder.TakeOver(wire::kStreamResponseHead);
  if (!connection) return context.slots.Release();
  Join(context, request, std::move(connection));
}

// Whether a client that was told a wrong address looks for its stream here.
bool LooksForStream(const net::Request& request) {
  if (request.method() != net::Method::kGet) return false;
  std::string_view path = request.path();
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.starts_with("/sse/") || path.ends_with("/stream");
}

}  // namespace

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

void RegisterSse(net::Router& router, SseContext context) {
  router.SetNotFound(
      [&router, &random = context.random](const net::Request& request, net::Responder responder) {
        net::Response response = router.fallbacks().not_found(request);
        if (!LooksForStream(request)) return responder.Send(std::move(response));
        AnswerLater(random, EmptyAnswer(404), std::move(responder));
      });
  router.Add(net::Method::kGet, "/sse/environments/{key}/stream",
             [context = std::move(context)](const net::Request& request, net::Responder responder) {
               OpenStream(context, request, std::move(responder));
             });
}

}  // namespace flagstream::api
