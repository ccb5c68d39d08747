// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/stamp.h"
#include "store/records.h"
#include "store/store.h"

// Issues stamps and revisions, inside the transaction of the change they belong to. The
// environment's row stays locked until that transaction ends, so the order of commits is the order
// of stamps. All of these fail with kNotFound when the environment (or identity) is gone.
namespace flagstream::store {

// What was given to an environment or to one identity in it.
struct IssuedStamp {
  EnvironmentId environment;
  Stamp stamp;
  int64_t revision = 0;  // of the environment; for an identity, the one its stamp was issued on

  bool operator==(const IssuedStamp&) const = default;
};

// For a change that clients must hear of: stored with it, later than all that clients of the
// environment may hold.
Result<IssuedStamp> StampEnvironment(Transaction& tx, EnvironmentId environment);
// The same for several, each stamped once; locks ascending by id, in which order the answer is.
Result<std::vector<IssuedStamp>> StampEnvironments(Transaction& tx,
                                                   std::vector<EnvironmentId> environments);
// Every environment of the project.
Result<std::vector<IssuedStamp>> StampProject(Transaction& tx, ProjectId project);
// Every environment there is, each later than `floor`: after a restore, when clients may hold more
// than the data knows.
Result<std::vector<IssuedStamp>> StampEverything(Transaction& tx, Stamp floor);

// For a change that replicas must load but clients need not hear of. Returns the new revision.
Result<int64_t> RaiseRevision(Transaction& tx, EnvironmentId environment);

// For a change of stored traits: sets `stamp` and `base_revision` of `identity`, which may be new
// (id 0). The caller stores it in the same transaction. The environment is locked shared, so that
// such writes do not wait for one another.
Result<IssuedStamp> StampIdentity(Transaction& tx, Identity& identity);

}  // namespace flagstream::store
