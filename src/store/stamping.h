// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

// An identity that was deleted leaves its stamp behind, since clients may hold it: answers for one
// of that name, whether it is stored anew or not, have this stamp or a later one. The next stamp of
// the environment is later than all that is left behind; with the one after that it goes, when no
// replica should serve the environment as it was before.
//
// Deletes the row; the environment must be held. The stamp is of the deletion.
Result<IssuedStamp> DeleteIdentity(Transaction& tx, const Identity& identity);
// Stores a new identity, with the stamp that the last of its name left; the environment must be
// held, shared at least.
Result<void> InsertIdentity(Transaction& tx, Identity& identity);
// Unset if none was deleted lately.
Result<std::optional<DeletedIdentity>> FindDeletedIdentity(Reader& reader,
                                                           EnvironmentId environment,
                                                           const std::string& identifier);
Result<int64_t> CountDeletedIdentities(Reader& reader, EnvironmentId environment);

}  // namespace flagstream::store
