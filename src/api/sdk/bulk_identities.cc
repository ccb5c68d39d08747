// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/bulk_identities.h"

#include <utility>
#include <vector>

#include "api/answers.h"
#include "api/errors.h"
#include "api/media_type.h"
#include "api/sdk/environment_key.h"
#include "api/sdk/identity_answer.h"
#include "api/sdk/trait_writes.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

// Those that leave something behind: neither transient nor anonymous.
std::vector<TraitWrite> WritesOf(const replica::KeyMatch& match,
                                 const std::vector<wire::IdentityRequest>& requests) {
  std::vector<TraitWrite> writes;
  for (const wire::IdentityRequest& request : requests) {
    if (request.transient || request.identifier.empty()) continue;
    writes.push_back({.identifier = request.identifier, .traits = TraitsToStore(match, request)});
  }
  return writes;
}

void PostBulkIdentities(const SdkContext& context, net::Request request, net::Responder responder) {
  const Result<replica::KeyMatch> match =
      AuthenticateSdk(request, context, replica::SdkResource::kIdentities);
  if (!match) return responder.Send(ErrorAnswer(match.error()));
  if (auto refusal = RefuseMediaType(request)) return responder.Send(*std::move(refusal));
  const auto requests = wire::ParseBulkIdentities(JsonTextOf(request));
  if (!requests) return responder.Send(ErrorAnswer(requests.error()));

  WriteInTurn(context.replica, match->environment->environment().id, WritesOf(*match, *requests),
              [responder = std::move(responder)](const Result<>& written) mutable {
                responder.Send(written ? JsonAnswer(200, "{}") : ErrorAnswer(written.error()));
              });
}

}  // namespace

void RegisterBulkIdentities(net::Router& router, SdkContext context) {
  router.Add(net::Method::kPost, "/api/v1/bulk-identities/", Bind(context, PostBulkIdentities));
}

}  // namespace flagstream::api
