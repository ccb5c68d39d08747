// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/thread_role.h"
#include "base/unique_function.h"
#include "replica/environment_index.h"
#include "replica/identity.h"
#include "replica/identity_reader.h"
#include "replica/served_environment.h"
#include "replica/trait_writer.h"
#include "replica/watch/identity_watch.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// What the hubs call the channel of an environment.
inline std::string ChannelOf(EnvironmentId id) { return std::to_string(id.value); }

// What the requests of one shard are answered from: the current environments, by key, and the
// identities. Owned by the Replica. Lives on its shard: every call and every callback is there.
class ShardReplica {
 public:
  // All that is borrowed outlives this.
  ShardReplica(size_t shard, const Clock& clock, IdentityReader& identities, TraitWriter& traits,
               IdentityWatch& watch);
  ShardReplica(const ShardReplica&) = delete;
  ShardReplica& operator=(const ShardReplica&) = delete;

  // Null environment if the key is unknown, inactive or expired.
  KeyMatch Find(std::string_view key) const;
  // Null if there is none.
  ServedEnvironmentPtr FindById(EnvironmentId environment) const;
  size_t environment_count() const;

  // The stored identity, from the cache or the store; one with id 0 if it is not stored. `then`
  // runs perhaps inside this call.
  void LoadIdentity(EnvironmentId environment, std::string_view identifier, IdentityThen then);
  // Creates the identity if it is new and stores, changes or deletes the traits given (transient
  // ones are left out by the caller). `then` runs once the change is durable and no shard's cache
  // holds older data, with the identity as it is then; perhaps inside this call if nothing differs,
  // because nothing is written then. kTooLarge at a limit (identities per environment, traits per
  // identity), kNotFound if the environment is gone.
  void WriteTraits(EnvironmentId environment, std::string_view identifier,
                   std::vector<wire::TraitInput> traits, IdentityThen then);
  // Adds to the trait, starting from 0, and tells its new value. kInvalidArgument if it is no
  // integer, or the sum none of 64 bits.
  void IncrementTrait(EnvironmentId environment, std::string_view identifier,
                      std::string_view trait_key, int64_t by,
                      UniqueFunction<void(Result<int64_t>)> then);

  // A stream of the identity, by a key of this kind: how it joins this shard's hub, in this turn of
  // the loop. From then on it is told when what the identity is served changes.
  IdentityWatch::Joining WatchIdentity(EnvironmentId environment, wire::KeyKind kind,
                                       std::string_view identifier);

  // ---- For the Replica

  // Replaces what is held of this environment, unless that is as new.
  void Apply(ServedEnvironmentPtr environment);
  // Its keys open nothing from now on.
  void Remove(EnvironmentId environment);
  // Drops what is cached of the identity; reads that are under way are not cached either.
  void Forget(EnvironmentId environment, std::string_view identifier);
  // The same, but what is cached stays if it is of this version.
  void ForgetUnless(EnvironmentId environment, std::string_view identifier,
                    const IdentityVersion& version);

 private:
  ThreadRole role_;
  const size_t shard_;
  const Clock& clock_;
  IdentityReader& identities_;
  TraitWriter& traits_;
  IdentityWatch& watch_;

  EnvironmentIndex environments_ GUARDED_BY(role_);
};

}  // namespace flagstream::replica
