// SPDX-License-Identifier: Apache-2.0
#include "store/stamping.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "store/query.h"

namespace flagstream::store {
namespace {

using Lock = Transaction::Lock;

// The record with its row held until the transaction ends. Reading comes after locking: what was
// read before could be old.
template <class Record>
Result<Record> LockAndGet(Transaction& tx, int64_t id, Lock lock) {
  FLAGSTREAM_TRY(tx.LockRow(TableOf<Record>(), id, lock));
  FLAGSTREAM_ASSIGN(std::optional<Record> record, Get<Record>(tx, id));
  if (!record) return Error::NotFound();
  return *std::move(record);
}

// Of identities that are there, or of those that were deleted.
template <class AnyIdentity>
Result<Stamp> NewestOf(Reader& reader, int64_t environment) {
  FLAGSTREAM_ASSIGN(const auto newest,
                    FindMembers(reader,
                                Select<AnyIdentity>()
                                    .Where(&AnyIdentity::environment_id, environment)
                                    .OrderBy(&AnyIdentity::stamp, /*descending=*/true)
                                    .Limit(1),
                                &AnyIdentity::stamp));
  return newest.empty() ? Stamp() : Stamp::FromMicros(std::get<0>(newest.front()));
}

// Drops what was left behind under a stamp that the environment has passed already, and returns the
// newest of the rest.
Result<Stamp> NewestLeftBehind(Transaction& tx, const Environment& environment) {
  FLAGSTREAM_ASSIGN(const Stamp newest, NewestOf<DeletedIdentity>(tx, environment.id));
  if (newest == Stamp()) return newest;
  FLAGSTREAM_TRY(Delete(tx, Select<DeletedIdentity>()
                                .Where(&DeletedIdentity::environment_id, environment.id)
                                .WhereLess(&DeletedIdentity::stamp, environment.stamp)));
  return newest;
}

Result<IssuedStamp> StampOne(Transaction& tx, EnvironmentId id, Stamp floor) {
  FLAGSTREAM_ASSIGN(Environment environment,
                    LockAndGet<Environment>(tx, id.value, Lock::kExclusive));
  FLAGSTREAM_ASSIGN(const Stamp of_identities, NewestOf<Identity>(tx, id.value));
  FLAGSTREAM_ASSIGN(const Stamp of_deleted, NewestLeftBehind(tx, environment));
  FLAGSTREAM_ASSIGN(const int64_t now, tx.NowMicros());
  const Stamp held = std::max(Stamp::FromMicros(environment.stamp), floor);
  const Stamp stamp = IssueEnvironmentStamp(now, held, std::max(of_identities, of_deleted));
  environment.previous_stamp = environment.stamp;
  environment.stamp = stamp.micros();
  ++environment.revision;
  FLAGSTREAM_TRY(Update(tx, environment));
  return IssuedStamp{id, stamp, environment.revision};
}

Result<std::vector<IssuedStamp>> StampEach(Transaction& tx, std::vector<EnvironmentId> ids,
                                           Stamp floor) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<IssuedStamp> issued;
  issued.reserve(ids.size());
  for (const EnvironmentId id : ids) {
    FLAGSTREAM_ASSIGN(const IssuedStamp one, StampOne(tx, id, floor));
    issued.push_back(one);
  }
  return issued;
}

Result<std::vector<EnvironmentId>> EnvironmentsOf(Reader& reader,
                                                  const Select<Environment>& select) {
  FLAGSTREAM_ASSIGN(const auto rows, FindMembers(reader, select, &Environment::id));
  std::vector<EnvironmentId> ids;
  ids.reserve(rows.size());
  for (const auto& [id] : rows) ids.push_back({id});
  return ids;
}

}  // namespace

Result<IssuedStamp> StampEnvironment(Transaction& tx, EnvironmentId environment) {
  return StampOne(tx, environment, Stamp());
}

Result<std::vector<IssuedStamp>> StampEnvironments(Transaction& tx,
                                                   std::vector<EnvironmentId> environments) {
  return StampEach(tx, std::move(environments), Stamp());
}

Result<std::vector<IssuedStamp>> StampProject(Transaction& tx, ProjectId project) {
  FLAGSTREAM_ASSIGN(
      std::vector<EnvironmentId> ids,
      EnvironmentsOf(tx, Select<Environment>().Where(&Environment::project_id, project.value)));
  return StampEach(tx, std::move(ids), Stamp());
}

Result<std::vector<IssuedStamp>> StampEverything(Transaction& tx, Stamp floor) {
  FLAGSTREAM_ASSIGN(std::vector<EnvironmentId> ids, EnvironmentsOf(tx, Select<Environment>()));
  return StampEach(tx, std::move(ids), floor);
}

Result<int64_t> RaiseRevision(Transaction& tx, EnvironmentId id) {
  FLAGSTREAM_ASSIGN(Environment environment,
                    LockAndGet<Environment>(tx, id.value, Lock::kExclusive));
  ++environment.revision;
  FLAGSTREAM_TRY(Update(tx, environment));
  return environment.revision;
}

Result<IssuedStamp> StampIdentity(Transaction& tx, Identity& identity) {
  FLAGSTREAM_ASSIGN(const Environment environment,
                    LockAndGet<Environment>(tx, identity.environment_id, Lock::kShared));
  if (identity.id != 0) {
    FLAGSTREAM_ASSIGN(const Identity stored,
                      LockAndGet<Identity>(tx, identity.id, Lock::kExclusive));
    identity.stamp = stored.stamp;
  }
  FLAGSTREAM_ASSIGN(const int64_t now, tx.NowMicros());
  const Stamp stamp = IssueIdentityStamp(now, Stamp::FromMicros(environment.stamp),
                                         Stamp::FromMicros(identity.stamp));
  identity.stamp = stamp.micros();
  identity.base_revision = environment.revision;
  return IssuedStamp{{environment.id}, stamp, environment.revision};
}

Result<IssuedStamp> DeleteIdentity(Transaction& tx, const Identity& identity) {
  Identity deleted = identity;
  FLAGSTREAM_ASSIGN(const IssuedStamp issued, StampIdentity(tx, deleted));
  FLAGSTREAM_TRY(Delete(tx, Select<Identity>().Where(&Identity::id, identity.id)));
  DeletedIdentity left = {.environment_id = identity.environment_id,
                          .identifier = identity.identifier,
                          .stamp = deleted.stamp,
                          .base_revision = deleted.base_revision};
  FLAGSTREAM_TRY(Insert(tx, left));
  return issued;
}

Result<void> InsertIdentity(Transaction& tx, Identity& identity) {
  FLAGSTREAM_ASSIGN(const std::optional<DeletedIdentity> left,
                    FindDeletedIdentity(tx, {identity.environment_id}, identity.identifier));
  if (left) {
    identity.stamp = left->stamp;
    identity.base_revision = left->base_revision;
    FLAGSTREAM_TRY(Delete(tx, Select<DeletedIdentity>().Where(&DeletedIdentity::id, left->id)));
  }
  return Insert(tx, identity);
}

Result<std::optional<DeletedIdentity>> FindDeletedIdentity(Reader& reader,
                                                           EnvironmentId environment,
                                                           const std::string& identifier) {
  return FindOne(reader, Select<DeletedIdentity>()
                             .Where(&DeletedIdentity::environment_id, environment.value)
                             .Where(&DeletedIdentity::identifier, identifier));
}

Result<int64_t> CountDeletedIdentities(Reader& reader, EnvironmentId environment) {
  return Count(
      reader, Select<DeletedIdentity>().Where(&DeletedIdentity::environment_id, environment.value));
}

}  // namespace flagstream::store
