// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "replica/identity.h"
#include "store/stamping.h"
#include "store/store.h"
#include "telemetry/metrics.h"
#include "wire/sdk.h"

// Identities and their traits in the store: reading them, and changing them in one transaction.
namespace flagstream::replica {

struct IdentityLimits {
  int64_t per_environment_max = 1'000'000;
  size_t traits_per_identity_max = 1'000;
  // Count what is refused; null: nobody counts.
  telemetry::Counter* identities_refused = nullptr;
  telemetry::Counter* traits_refused = nullptr;
};

// One with id 0 if it is not stored.
Result<IdentityData> ReadIdentity(store::Reader& reader, EnvironmentId environment,
                                  const std::string& identifier);

// Whether storing `traits` would change anything of a stored identity.
bool ChangesTraits(const IdentityData& identity, const std::vector<wire::TraitInput>& traits);

// What a transaction did.
struct TraitsWritten {
  IdentityData identity;  // as it is now
  bool created = false;
  std::optional<store::IssuedStamp> issued;  // if a stored trait differs from before
};

// Creates the identity if it is new and brings its traits to what is asked; only then it is
// stamped. kTooLarge at a limit, kNotFound if the environment is gone, kConflict if another
// transaction created the identity meanwhile: trying again will find it.
Result<TraitsWritten> StoreTraits(store::Transaction& tx, const IdentityLimits& limits,
                                  EnvironmentId environment, const std::string& identifier,
                                  const std::vector<wire::TraitInput>& traits);

// The same for one integer trait, to which `by` is added; one that is not there counts as 0.
// kInvalidArgument if it is no integer, or the sum none of 64 bits.
Result<TraitsWritten> StoreTraitIncrement(store::Transaction& tx, const IdentityLimits& limits,
                                          EnvironmentId environment,
                                          const wire::TraitIncrement& increment);

}  // namespace flagstream::replica
