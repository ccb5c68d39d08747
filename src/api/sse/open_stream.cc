// SPDX-License-Identifier: Apache-2.0
#include "api/sse/open_stream.h"

#include <chrono>
#include <string>
#include <utility>

#include "api/sse/sse_stream.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

constexpr int64_t kHoldMsMin = 1'000;
constexpr int64_t kHoldMsMax = 5'000;

// A whole stream without an event. An error status would keep Android from ever asking again, and
// in one without chunks Python would wait for more.
net::Response EmptyStream(const net::Request& request) {
  net::Response response(200);
  response.AddHeaderLines(wire::kStreamHeaderLines);
  if (request.is_http11()) {
    response.SetChunks(std::string(wire::kKeepAliveChunk).append(wire::kLastChunk));
  } else {
    response.SetBody(std::string(wire::kKeepAliveComment));
  }
  return response;
}

}  // namespace

void OpenStream(const StreamContext& context, const net::Request& request, net::Responder responder,
                const StreamKind& kind) {
  if (request.method() == net::Method::kHead) return responder.Send(EmptyStream(request));
  const auto hold_back = [&] {
    AnswerLater(context.random, EmptyStream(request), std::move(responder));
  };
  if (!request.is_http11()) return hold_back();  // it has no chunks, and an event is one
  const std::optional<std::string> environment = kind.find_environment(request.Path("key"));
  StreamSlot slot = context.slots.TryTake(environment, request.client_address());
  if (!slot) return hold_back();
  std::unique_ptr<net::StreamConnection> connection = responder.TakeOver(wire::kStreamResponseHead);
  if (!connection) return;
  OpenedStream opened{std::move(connection), std::move(slot)};
  if (!environment) return JoinIdle(context, request, std::move(opened));
  kind.join(request, *environment, std::move(opened));
}

void JoinIdle(const StreamContext& context, const net::Request& request, OpenedStream opened) {
  auto sink = std::make_unique<SseStream>(std::move(opened));
  SseStream& joined = *sink;
  joined.Attach(context.hub.JoinIdle(std::move(sink), TermsFor(context, request)));
}

stream::StreamTerms TermsFor(const StreamContext& context, const net::Request& request) {
  const auto header = [&request](std::string_view name) {
    return request.Header(name).value_or("");
  };
  return context.profiles.TermsFor({.user_agent = header("User-Agent"),
                                    .accept = header("Accept"),
                                    .requested_with = header("X-Requested-With"),
                                    .environment_key = header("X-Environment-Key")});
}

void AnswerLater(Random& random, net::Response response, net::Responder responder) {
  const std::chrono::milliseconds delay(random.Between(kHoldMsMin, kHoldMsMax));
  Executor& shard = responder.shard();
  shard.PostAfter(delay,
                  [response = std::move(response), responder = std::move(responder)]() mutable {
                    responder.Send(std::move(response));
                  });
}

}  // namespace flagstream::api
