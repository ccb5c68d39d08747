// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "replica/shard_replica.h"
#include "wire/sdk.h"

namespace flagstream::api {

// What to store of one identity.
struct TraitWrite {
  std::string identifier;
  std::vector<wire::TraitInput> traits;
};

// Writes one identity after the other, so that a long list takes turns with the writes of others.
// `then` is told the first failure; what was written before it stays, and the rest is not begun. On
// the shard.
void WriteInTurn(replica::ShardReplica& replica, EnvironmentId environment,
                 std::vector<TraitWrite> writes, UniqueFunction<void(Result<>)> then);

}  // namespace flagstream::api
