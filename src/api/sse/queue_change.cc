// SPDX-License-Identifier: Apache-2.0
#include "api/sse/queue_change.h"

#include <utility>

#include "api/answers.h"
#include "api/errors.h"
#include "api/sse/change_report.h"
#include "api/sse/token_check.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kPattern = "/sse/environments/{key}/queue-change";

// Answers once the change is durable.
UniqueFunction<void(Result<>)> AnswerWhenDone(net::Responder responder) {
  return [responder = std::move(responder)](const Result<>& done) mutable {
    responder.Send(done ? JsonAnswer(200, "{}") : ErrorAnswer(done.error()));
  };
}

void Touch(const TouchContext& context, const net::Request& request, net::Responder responder) {
  if (const Result<> known = CheckToken(request, context.publish_token); !known) {
    return responder.Send(ErrorAnswer(known.error()));
  }
  const replica::KeyMatch match = context.replica.Find(request.Path("key"));
  if (!match.environment) return responder.Send(ErrorAnswer(Error::NotFound()));
  context.touch(match.environment->environment().id, AnswerWhenDone(std::move(responder)));
}

void Relay(const RelayContext& context, const net::Request& request, net::Responder responder) {
  if (const Result<> known = CheckToken(request, context.publish_token); !known) {
    return responder.Send(ErrorAnswer(known.error()));
  }
  const Result<Stamp> stamp = ParseChangeReport(request.body());
  if (!stamp) return responder.Send(ErrorAnswer(stamp.error()));
  context.relay.Put(request.Path("key"), *stamp, AnswerWhenDone(std::move(responder)));
}

}  // namespace

void RegisterQueueChange(net::Router& router, TouchContext context) {
  router.Add(net::Method::kPost, kPattern,
             [context = std::move(context)](const net::Request& request, net::Responder responder) {
               Touch(context, request, std::move(responder));
             });
}

void RegisterQueueChange(net::Router& router, RelayContext context) {
  router.Add(net::Method::kPost, kPattern,
             [context = std::move(context)](const net::Request& request, net::Responder responder) {
               Relay(context, request, std::move(responder));
             });
}

}  // namespace flagstream::api
