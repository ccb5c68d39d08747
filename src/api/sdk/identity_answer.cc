// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/identity_answer.h"

#include <memory>
#include <utility>

#include <boost/container/small_vector.hpp>

#include "api/errors.h"
#include "api/sdk/trait_merge.h"
#include "flags/evaluation.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

// A request on its way through the store.
struct IdentityCall {
  replica::KeyMatch match;
  wire::IdentityRequest request;
  net::Responder responder;
  EncodeIdentityAnswer encode;
};
using IdentityCallPtr = std::unique_ptr<IdentityCall>;

bool MaySetTraits(const replica::KeyMatch& match) {
  return match.kind == wire::KeyKind::kServer ||
         match.environment->environment().allow_client_traits;
}

// Nothing of a transient identity outlives the answer, so neither do its traits.
void MakeTransient(wire::IdentityRequest& request) {
  request.transient = true;
  for (wire::TraitInput& trait : request.traits) trait.transient = true;
}

using ContextTraits = boost::container::small_vector<flags::ContextTrait, 16>;

// Borrows from `view`.
ContextTraits ContextTraitsOf(const IdentityView& view) {
  ContextTraits traits;
  for (const auto& [id, trait, transient] : view.traits) {
    traits.push_back({trait.key, flags::ScalarOf(trait.value)});
  }
  return traits;
}

// Borrows from `view`.
flags::IdentityFlags Evaluate(const IdentityView& view) {
  const ContextTraits traits = ContextTraitsOf(view);
  return flags::EvaluateIdentity(view.environment->snapshot,
                                 {.identifier = view.identifier, .id = view.id, .traits = traits});
}

std::string StampTextOf(const replica::ServedEnvironment& served,
                        const replica::IdentityData& identity) {
  const Stamp stamp = replica::AnswerStamp(served, identity);
  return stamp == served.environment().stamp ? served.stamp_text : wire::StampText(stamp);
}

void Answer(IdentityCall& call, const replica::IdentityData& stored) {
  const replica::ServedEnvironment& served = *call.match.environment;
  IdentityView view{.environment = call.match.environment,
                    .kind = call.match.kind,
                    .identifier = call.request.identifier,
                    .id = {stored.id},
                    .traits = MergeTraits(call.request.traits, stored.traits),
                    .flags = {},
                    .stamp_text = StampTextOf(served, stored)};
  view.flags = Evaluate(view);
  call.responder.Send(call.encode(view));
}

void AnswerFromStore(replica::ShardReplica& replica, IdentityCallPtr call) {
  IdentityCall& given = *call;
  replica.LoadIdentity(given.match.environment->environment().id, given.request.identifier,
                       [call = std::move(call)](Result<replica::IdentityPtr> stored) {
                         if (!stored) return call->responder.Send(ErrorAnswer(stored.error()));
                         Answer(*call, **stored);
                       });
}

void StoreAndAnswer(replica::ShardReplica& replica, IdentityCallPtr call) {
  IdentityCall& given = *call;
  std::vector<wire::TraitInput> traits = TraitsToStore(given.match, given.request);
  const bool only_creates = traits.empty();
  replica.WriteTraits(
      given.match.environment->environment().id, given.request.identifier, std::move(traits),
      [call = std::move(call), only_creates](Result<replica::IdentityPtr> stored) {
        // With no room for one more identity a client that stores nothing is still served its
        // flags.
        const bool no_room = !stored && stored.error().code() == ErrorCode::kTooLarge;
        if (no_room && only_creates) return Answer(*call, {});
        if (!stored) return call->responder.Send(ErrorAnswer(stored.error()));
        Answer(*call, **stored);
      });
}

}  // namespace

std::vector<const flags::Segment*> SegmentsOf(const IdentityView& view) {
  const ContextTraits traits = ContextTraitsOf(view);
  return view.environment->segments.Of(
      {.identifier = view.identifier, .id = view.id, .traits = traits});
}

std::vector<wire::TraitInput> TraitsToStore(const replica::KeyMatch& match,
                                            const wire::IdentityRequest& request) {
  if (!match.environment->environment().organisation.persist_trait_data) return {};
  if (!MaySetTraits(match)) return {};
  return LastingTraits(request.traits);
}

void AnswerIdentity(replica::ShardReplica& replica, replica::KeyMatch match,
                    wire::IdentityRequest request, net::Responder responder,
                    EncodeIdentityAnswer encode) {
  if (!MaySetTraits(match)) request.traits.clear();
  const bool anonymous = request.identifier.empty();
  if (anonymous) request.identifier = MakeAnonymousIdentifier(request.traits);
  if (anonymous || request.transient) MakeTransient(request);

  auto call = std::make_unique<IdentityCall>(
      IdentityCall{std::move(match), std::move(request), std::move(responder), std::move(encode)});
  if (anonymous) return Answer(*call, {});
  if (call->request.transient) return AnswerFromStore(replica, std::move(call));
  StoreAndAnswer(replica, std::move(call));
}

}  // namespace flagstream::api
