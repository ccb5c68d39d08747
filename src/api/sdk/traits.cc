// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/traits.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "api/errors.h"
#include "api/media_type.h"
#include "api/sdk/environment_key.h"
#include "api/sdk/trait_writes.h"
#include "wire/sdk.h"

namespace flagstream::api {
namespace {

// The key's environment, if its organisation stores traits.
Result<replica::KeyMatch> AuthenticateTraitWriter(const net::Request& request,
                                                  const SdkContext& context,
                                                  replica::SdkResource resource) {
  FLAGSTREAM_ASSIGN(replica::KeyMatch match, AuthenticateSdk(request, context, resource));
  if (!match.environment->environment().organisation.persist_trait_data) {
    return Error(ErrorCode::kPermissionDenied, "Organisation is not authorised to store traits.");
  }
  return match;
}

Result<> CheckMaySetTraits(const replica::KeyMatch& match) {
  if (match.kind == wire::KeyKind::kServer) return {};
  if (match.environment->environment().allow_client_traits) return {};
  return Error::InvalidField("", "Setting traits not allowed with client key.");
}

// What the four endpoints begin with: who asks, JSON, `parse`, and the right to set traits, refused
// in the reference's order.
template <class Input>
struct TraitCall {
  EnvironmentId environment;
  Input input;
};

template <class Input, class Parse>
std::optional<TraitCall<Input>> ReadTraitCall(
    const net::Request& request, const SdkContext& context, Parse parse, net::Responder& responder,
    replica::SdkResource resource = replica::SdkResource::kTraits) {
  const auto refuse = [&responder](net::Response answer) {
    responder.Send(std::move(answer));
    return std::nullopt;
  };
  const Result<replica::KeyMatch> match = AuthenticateTraitWriter(request, context, resource);
  if (!match) return refuse(ErrorAnswer(match.error()));
  if (auto refusal = RefuseMediaType(request)) return refuse(*std::move(refusal));
  Result<Input> input = parse(JsonTextOf(request));
  if (!input) return refuse(ErrorAnswer(input.error()));
  if (const Result<> allowed = CheckMaySetTraits(*match); !allowed) {
    return refuse(ErrorAnswer(allowed.error()));
  }
  return TraitCall<Input>{match->environment->environment().id, *std::move(input)};
}

void PostTrait(const SdkContext& context, net::Request request, net::Responder responder) {
  const auto call =
      ReadTraitCall<wire::TraitRequest>(request, context, wire::ParseTraitRequest, responder);
  if (!call) return;
  context.replica.WriteTraits(
      call->environment, call->input.identifier, {call->input.trait},
      [responder = std::move(responder), body = wire::EncodeTraitAnswer(call->input)](
          const Result<replica::IdentityPtr>& stored) mutable {
        responder.Send(stored ? JsonAnswer(200, std::move(body)) : ErrorAnswer(stored.error()));
      });
}

// One write for each identity, in the order of their first mention.
std::vector<TraitWrite> GroupByIdentity(const std::vector<wire::TraitRequest>& requests) {
  std::vector<TraitWrite> writes;
  std::unordered_map<std::string_view, size_t> places;
  for (const wire::TraitRequest& request : requests) {
    const auto [place, is_new] = places.try_emplace(request.identifier, writes.size());
    if (is_new) writes.push_back({.identifier = request.identifier, .traits = {}});
    writes[place->second].traits.push_back(request.trait);
  }
  return writes;
}

void PutTraitsInBulk(const SdkContext& context, net::Request request, net::Responder responder) {
  const auto call = ReadTraitCall<std::vector<wire::TraitRequest>>(
      request, context, wire::ParseTraitBulkRequest, responder);
  if (!call) return;
  WriteInTurn(
      context.replica, call->environment, GroupByIdentity(call->input),
      [responder = std::move(responder),
       body = wire::EncodeTraitBulkAnswer(call->input)](const Result<>& written) mutable {
        responder.Send(written ? JsonAnswer(200, std::move(body)) : ErrorAnswer(written.error()));
      });
}

void PostIncrement(const SdkContext& context, net::Request request, net::Responder responder) {
  const auto call =
      ReadTraitCall<wire::TraitIncrement>(request, context, wire::ParseTraitIncrement, responder);
  if (!call) return;
  const wire::TraitIncrement& input = call->input;
  context.replica.IncrementTrait(
      call->environment, input.identifier, input.key, input.by,
      [responder = std::move(responder), input](const Result<int64_t>& value) mutable {
        if (!value) return responder.Send(ErrorAnswer(value.error()));
        responder.Send(JsonAnswer(200, wire::EncodeTraitIncrementAnswer(input, *value)));
      });
}

// The trait as stored; one that was deleted has nothing left but its key.
wire::TraitOutput StoredTrait(const replica::IdentityData& identity, const std::string& key) {
  for (const wire::TraitOutput& trait : identity.traits) {
    if (trait.trait.key == key) return trait;
  }
  return {.id = 0, .trait = {.key = key, .value = std::string()}, .transient = false};
}

// {"trait_value": ...} with the rest in the path.
void PostOldTrait(const SdkContext& context, net::Request request, net::Responder responder) {
  const auto parse = [&request](std::string_view body) -> Result<wire::TraitRequest> {
    FLAGSTREAM_ASSIGN(std::string identifier, wire::ParseIdentifier(request.Path("identifier")));
    FLAGSTREAM_ASSIGN(wire::TraitInput trait,
                      wire::ParseTraitValueRequest(request.Path("key"), body));
    return wire::TraitRequest{std::move(identifier), std::move(trait)};
  };
  const auto call = ReadTraitCall<wire::TraitRequest>(request, context, parse, responder,
                                                      replica::SdkResource::kIdentities);
  if (!call) return;
  context.replica.WriteTraits(
      call->environment, call->input.identifier, {call->input.trait},
      [responder = std::move(responder),
       key = call->input.trait.key](const Result<replica::IdentityPtr>& stored) mutable {
        if (!stored) return responder.Send(ErrorAnswer(stored.error()));
        responder.Send(JsonAnswer(200, wire::EncodeTrait(StoredTrait(**stored, key))));
      });
}

}  // namespace

void RegisterTraits(net::Router& router, SdkContext context) {
  router.Add(net::Method::kPost, "/api/v1/traits/", Bind(context, PostTrait));
  router.Add(net::Method::kPut, "/api/v1/traits/bulk/", Bind(context, PutTraitsInBulk));
  router.Add(net::Method::kPost, "/api/v1/traits/increment-value/", Bind(context, PostIncrement));
  router.Add(net::Method::kPost, "/api/v1/identities/{identifier}/traits/{key}",
             Bind(context, PostOldTrait));
}

}  // namespace flagstream::api
