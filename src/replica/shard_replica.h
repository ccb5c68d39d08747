// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "replica/served_environment.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// Whose request it is.
struct KeyMatch {
  ServedEnvironmentPtr environment;
  wire::KeyKind kind = wire::KeyKind::kClient;
};

// A stored identity as an answer needs it.
struct IdentityData {
  int64_t id = 0;  // 0: not stored
  Stamp stamp;     // Stamp() if it never had one
  int64_t base_revision = 0;
  std::vector<wire::TraitOutput> traits;
};

// The current environments of one shard, by key, and its cache of identities. Lives on its shard: every call and callback is there.
class ShardReplica {
 public:
  // Null environment if the key is unknown, inactive or expired.
  KeyMatch Find(std::string_view key) const;
  ServedEnvironmentPtr FindById(EnvironmentId environment) const;
  size_t environment_count() const;

  // The stored identity, from the cache or the store. `then` runs on the shard, perhaps inside this call.
  void LoadIdentity(EnvironmentId environment, const std::string& identifier,
                    std::function<void(Result<IdentityData>)> then);
  // Creates the identity if it is new and stores, changes or deletes the traits given (transient ones are left out by the caller). `then`
  // runs on the shard once the change is durable and no shard's cache holds older data, with the identity as it is then.
  // Nothing is written when nothing differs. kTooLarge at a limit (identities per environment, traits per identity).
  void WriteTraits(EnvironmentId environment, const std::string& identifier,
                   const std::vector<wire::TraitInput>& traits, std::function<void(Result<IdentityData>)> then);
  // Adds to the trait, starting from 0; kInvalidArgument if it is no integer.
  void IncrementTrait(EnvironmentId environment, const std::string& identifier, const std::string& key, int64_t by,
                      std::function<void(Result<int64_t>)> then);
};

}  // namespace flagstream::replica
