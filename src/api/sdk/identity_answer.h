// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "net/responder.h"
#include "net/response.h"
#include "replica/shard_replica.h"
#include "wire/sdk.h"

// What all endpoints that evaluate one identity have in common: which stored data they use, what
// they store, and from what the answer is made.
namespace flagstream::api {

// An identity as it is evaluated for one answer. Snapshot, stamp and traits belong together.
struct IdentityView {
  replica::ServedEnvironmentPtr environment;
  wire::KeyKind kind = wire::KeyKind::kClient;
  std::string identifier;
  IdentityId id;  // 0: it is not stored
  std::vector<wire::TraitOutput> traits;
  flags::IdentityFlags flags;
  std::string stamp_text;
};

// The segments that it is in.
std::vector<const flags::Segment*> SegmentsOf(const IdentityView& view);

// Makes the body of a 200, or another answer, of an evaluated identity.
using EncodeIdentityAnswer = std::function<net::Response(const IdentityView&)>;

// Stores what the request asks to store, evaluates, and answers with what `encode` makes of it. On
// the shard.
void AnswerIdentity(replica::ShardReplica& replica, replica::KeyMatch match,
                    wire::IdentityRequest request, net::Responder responder,
                    EncodeIdentityAnswer encode);

// The traits of the request that its key, environment and organisation allow to be stored.
std::vector<wire::TraitInput> TraitsToStore(const replica::KeyMatch& match,
                                            const wire::IdentityRequest& request);

}  // namespace flagstream::api
