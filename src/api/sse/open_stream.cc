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
                const JoinHub& join) {
  if (request.method() == net::Method::kHead) return responder.Send(EmptyStream(request));
  // HTTP/1.0 has no chunks, and an event is one.
  if (!request.is_http11() || !context.slots.TryTake()) {
    return AnswerLater(context.random, EmptyStream(request), std::move(responder));
  }
  std::unique_ptr<net::StreamConnection> connection = responder.TakeOver(wire::kStreamResponseHead);
  if (!connection) return context.slots.Release();
  join(request, std::move(connection));
}

void JoinIdle(const StreamContext& context, const net::Request& request,
              std::unique_ptr<net::StreamConnection> connection) {
  auto sink = std::make_unique<SseStream>(std::move(connection), context.slots);
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
