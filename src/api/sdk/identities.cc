// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/identities.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "api/errors.h"
#include "api/media_type.h"
#include "api/sdk/environment_key.h"
#include "api/sdk/identity_answer.h"
#include "api/sdk/sdk_answers.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

// The reference takes any text, "false" too; nobody means that.
bool IsTrue(const std::optional<std::string>& parameter) {
  return parameter && (*parameter == "true" || *parameter == "True" || *parameter == "1");
}

const std::vector<wire::TraitOutput>& ShownTraits(const IdentityView& view) {
  static const std::vector<wire::TraitOutput> kNone;
  return view.environment->environment().hide_sensitive_data ? kNone : view.traits;
}

net::Response EncodeWhole(const IdentityView& view, const std::vector<wire::TraitOutput>& traits) {
  return DataAnswer(view.stamp_text, view.environment->identity_encoder.EncodeIdentity(
                                         view.kind, view.identifier, view.flags, traits));
}

net::Response EncodeAsPosted(const IdentityView& view) {
  return EncodeWhole(view, ShownTraits(view));
}

// Nobody is told the traits of an identity by asking as if it were a passer-by.
net::Response EncodeAsTransient(const IdentityView& view) { return EncodeWhole(view, {}); }

EncodeIdentityAnswer OneFlag(std::string feature) {
  return [feature = std::move(feature)](const IdentityView& view) {
    std::optional<std::string> flag =
        view.environment->identity_encoder.EncodeIdentityFlag(view.kind, view.flags, feature);
    if (!flag) return DetailAnswer(404, "Given feature not found");
    return DataAnswer(view.stamp_text, *std::move(flag));
  };
}

net::Response EncodeOldFlags(const IdentityView& view) {
  return DataAnswer(view.stamp_text,
                    view.environment->identity_encoder.EncodeIdentityFlags(view.kind, view.flags));
}

net::Response EncodeOldIdentity(const IdentityView& view) {
  return DataAnswer(view.stamp_text,
                    view.environment->identity_encoder.EncodeIdentityWithSegments(
                        view.kind, view.flags, ShownTraits(view), SegmentsOf(view)));
}

void GetIdentity(const SdkContext& context, net::Request request, net::Responder responder) {
  Result<replica::KeyMatch> match =
      AuthenticateSdk(request, context, replica::SdkResource::kIdentities);
  if (!match) return responder.Send(ErrorAnswer(match.error()));
  const std::optional<std::string> given = request.QueryParameter("identifier");
  if (!given || given->empty()) {
    // The reference says 200, which the JavaScript SDK reads as "no flags".
    return responder.Send(DetailAnswer(400, "Missing identifier"));
  }
  Result<std::string> identifier = wire::ParseIdentifier(*given);
  if (!identifier) return responder.Send(ErrorAnswer(identifier.error()));

  const bool transient = IsTrue(request.QueryParameter("transient"));
  const std::optional<std::string> feature = request.QueryParameter("feature");
  EncodeIdentityAnswer encode = transient ? EncodeAsTransient : EncodeAsPosted;
  if (feature && !feature->empty()) encode = OneFlag(*feature);
  AnswerIdentity(context.replica, *std::move(match),
                 {.identifier = *std::move(identifier), .transient = transient, .traits = {}},
                 std::move(responder), std::move(encode));
}

void PostIdentity(const SdkContext& context, net::Request request, net::Responder responder) {
  Result<replica::KeyMatch> match =
      AuthenticateSdk(request, context, replica::SdkResource::kIdentities);
  if (!match) return responder.Send(ErrorAnswer(match.error()));
  if (auto refusal = RefuseMediaType(request)) return responder.Send(*std::move(refusal));
  Result<wire::IdentityRequest> input = wire::ParseIdentityRequest(JsonTextOf(request));
  if (!input) return responder.Send(ErrorAnswer(input.error()));
  AnswerIdentity(context.replica, *std::move(match), *std::move(input), std::move(responder),
                 EncodeAsPosted);
}

void GetOfPath(const SdkContext& context, replica::SdkResource resource,
               const net::Request& request, net::Responder responder, EncodeIdentityAnswer encode) {
  Result<replica::KeyMatch> match = AuthenticateSdk(request, context, resource);
  if (!match) return responder.Send(ErrorAnswer(match.error()));
  Result<std::string> identifier = wire::ParseIdentifier(request.Path("identifier"));
  if (!identifier) return responder.Send(ErrorAnswer(identifier.error()));
  AnswerIdentity(context.replica, *std::move(match),
                 {.identifier = *std::move(identifier), .transient = false, .traits = {}},
                 std::move(responder), std::move(encode));
}

void GetOldIdentity(const SdkContext& context, net::Request request, net::Responder responder) {
  GetOfPath(context, replica::SdkResource::kIdentities, request, std::move(responder),
            EncodeOldIdentity);
}

void GetOldFlags(const SdkContext& context, net::Request request, net::Responder responder) {
  GetOfPath(context, replica::SdkResource::kFlags, request, std::move(responder), EncodeOldFlags);
}

}  // namespace

void RegisterIdentities(net::Router& router, SdkContext context) {
  router.Add(net::Method::kGet, "/api/v1/identities/", Bind(context, GetIdentity));
  router.Add(net::Method::kPost, "/api/v1/identities/", Bind(context, PostIdentity));
  router.Add(net::Method::kGet, "/api/v1/identities/{identifier}/", Bind(context, GetOldIdentity));
  router.Add(net::Method::kGet, "/api/v1/flags/{identifier}", Bind(context, GetOldFlags));
}

}  // namespace flagstream::api
