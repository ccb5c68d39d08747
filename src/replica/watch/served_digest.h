// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/hash.h"
#include "flags/environment.h"
#include "flags/evaluation.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// What an identity is served, for one who has a key of this kind, as one value to compare: of each
// flag that is shown, the feature's name, whether it is enabled, the value, and the name of its
// variant. Ids and reasons are left out: an override that changes nothing is no difference.
//
// Where the organisation has traits not stored, clients are served by traits that only they know:
// there each stamp of the environment makes a difference, since any may be one to them.
Sha256Digest ServedDigest(const flags::Environment& environment, wire::KeyKind kind,
                          const flags::IdentityFlags& evaluation);

}  // namespace flagstream::replica
