// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/environment_document.h"

#include "api/errors.h"
#include "api/sdk/environment_key.h"
#include "api/sdk/sdk_answers.h"

namespace flagstream::api {
namespace {

net::Response AnswerDocument(const net::Request& request, const SdkContext& context) {
  const Result<replica::KeyMatch> match =
      AuthenticateServerKey(request, context, replica::SdkResource::kEnvironmentDocument);
  if (!match) return ErrorAnswer(match.error());
  const replica::ServedEnvironment& served = *match->environment;
  // Two revisions in one second have the same HTTP date, so a client may hold the older of them.
  return PreparedAnswer(request, served.document, served.stamp_text,
                        {.last_modified = served.last_modified,
                         .may_compare_last_modified = !served.previous_shares_second});
}

}  // namespace

void RegisterEnvironmentDocument(net::Router& router, SdkContext context) {
  router.Add(net::Method::kGet, "/api/v1/environment-document/",
             [context](net::Request request, net::Responder responder) {
               responder.Send(AnswerDocument(request, context));
             });
}

}  // namespace flagstream::api
