// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/stamp.h"
#include "base/unique_function.h"
#include "replica/served_environment.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// An identity as an answer needs it. Immutable once shared.
struct IdentityData {
  int64_t id = 0;                         // 0: not stored
  Stamp stamp;                            // of its last trait write or deletion; Stamp() if none
  int64_t base_revision = 0;              // the environment's revision that stamp was issued on
  std::vector<wire::TraitOutput> traits;  // in the order they were made in
};

// Tells what was read of an identity at one time from what was read at another: whatever changes it
// gives it another stamp, and an identity that was deleted and made again another id.
struct IdentityVersion {
  int64_t id = 0;
  Stamp stamp;

  bool operator==(const IdentityVersion&) const = default;
};
inline IdentityVersion VersionOf(const IdentityData& identity) {
  return {identity.id, identity.stamp};
}

// Never null.
using IdentityPtr = std::shared_ptr<const IdentityData>;
using IdentityThen = UniqueFunction<void(Result<IdentityPtr>)>;

// The stamp of an answer made of both: the identity's where it is newer, but only if the snapshot
// holds all that the identity's stamp was issued on. Otherwise a client would hold a stamp newer
// than data it has not seen, and take the event about that data for old.
Stamp AnswerStamp(const ServedEnvironment& served, const IdentityData& identity);

}  // namespace flagstream::replica
