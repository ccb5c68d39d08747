// SPDX-License-Identifier: Apache-2.0
#include "replica/shard_replica.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "replica/trait_store.h"

namespace flagstream::replica {
namespace {

int64_t IntegerTrait(const IdentityData& identity, const std::string& key) {
  const auto found = std::ranges::find_if(
      identity.traits, [&key](const wire::TraitOutput& trait) { return trait.trait.key == key; });
  FLAGSTREAM_ASSERT(found != identity.traits.end());
  return std::get<int64_t>(found->trait.value);
}

bool NeedsWrite(const IdentityData& identity, const std::vector<wire::TraitInput>& traits) {
  return identity.id == 0 || ChangesTraits(identity, traits);
}

}  // namespace

ShardReplica::ShardReplica(size_t shard, const Clock& clock, IdentityReader& identities,
                           TraitWriter& traits, IdentityWatch& watch)
    : shard_(shard), clock_(clock), identities_(identities), traits_(traits), watch_(watch) {}

KeyMatch ShardReplica::Find(std::string_view key) const {
  role_.AssertHere();
  return environments_.Find(key, clock_);
}

ServedEnvironmentPtr ShardReplica::FindById(EnvironmentId environment) const {
  role_.AssertHere();
  return environments_.FindById(environment);
}

size_t ShardReplica::environment_count() const {
  role_.AssertHere();
  return environments_.size();
}

void ShardReplica::LoadIdentity(EnvironmentId environment, std::string_view identifier,
                                IdentityThen then) {
  role_.AssertHere();
  identities_.Load({environment, identifier}, std::move(then));
}

void ShardReplica::WriteTraits(EnvironmentId environment, std::string_view identifier,
                               std::vector<wire::TraitInput> traits, IdentityThen then) {
  role_.AssertHere();
  // A read is cheap beside a transaction on disk, and most clients send the traits they sent last
  // time.
  identities_.Load({environment, identifier}, [this, environment,
                                               identifier = std::string(identifier),
                                               traits = std::move(traits), then = std::move(then)](
                                                  const Result<IdentityPtr>& stored) mutable {
    if (stored && NeedsWrite(**stored, traits)) {
      traits_.Write(shard_, environment, std::move(identifier), std::move(traits), std::move(then));
    } else {
      then(stored);
    }
  });
}

void ShardReplica::IncrementTrait(EnvironmentId environment, std::string_view identifier,
                                  std::string_view trait_key, int64_t by,
                                  UniqueFunction<void(Result<int64_t>)> then) {
  role_.AssertHere();
  traits_.Increment(
      shard_, environment,
      {.identifier = std::string(identifier), .key = std::string(trait_key), .by = by},
      [key = std::string(trait_key),
       then = std::move(then)](const Result<IdentityPtr>& stored) mutable {
        if (stored) {
          then(IntegerTrait(**stored, key));
        } else {
          then(stored.error());
        }
      });
}

IdentityWatch::Joining ShardReplica::WatchIdentity(EnvironmentId environment, wire::KeyKind kind,
                                                   std::string_view identifier) {
  role_.AssertHere();
  return watch_.Join(shard_, environment, {kind, identifier});
}

void ShardReplica::Apply(ServedEnvironmentPtr environment) {
  role_.AssertHere();
  environments_.Apply(std::move(environment));
}

void ShardReplica::Remove(EnvironmentId environment) {
  role_.AssertHere();
  environments_.Remove(environment);
}

void ShardReplica::Forget(EnvironmentId environment, std::string_view identifier) {
  role_.AssertHere();
  identities_.Forget({environment, identifier});
}

void ShardReplica::ForgetUnless(EnvironmentId environment, std::string_view identifier,
                                const IdentityVersion& version) {
  role_.AssertHere();
  identities_.ForgetUnless({environment, identifier}, version);
}

}  // namespace flagstream::replica
