// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/progress.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "base/random.h"
#include "store/folder_lock.h"
#include "store/stamping.h"

namespace flagstream::store::sqlite {
namespace {

// Unset in a database that was just made.
Result<std::optional<StoreProgress>> ReadProgress(Session& session) {
  FLAGSTREAM_ASSIGN(const auto select, session.connection().Prepare(
                                           "SELECT incarnation, generation FROM store_state"));
  FLAGSTREAM_ASSIGN(const bool has_row, select->Step());
  if (!has_row) return std::optional<StoreProgress>();
  return std::optional<StoreProgress>({std::string(select->ReadText(0)), select->ReadInteger(1)});
}

Result<void> WriteProgress(Session& session, const StoreProgress& progress) {
  FLAGSTREAM_ASSIGN(const auto replace,
                    session.connection().Prepare("INSERT OR REPLACE INTO store_state "
                                                 "(id, incarnation, generation) VALUES (1, ?, ?)"));
  replace->BindText(progress.incarnation);
  replace->BindInteger(progress.generation);
  return replace->Run();
}

// The change is stored whatever becomes of the witness; one that lags may miss a later restore, no
// more.
void LogIfFailed(const Result<void>& result) {
  if (!result) log::Warning("the restore witness lags", {{"error", result.error().ToString()}});
}

}  // namespace

Result<std::unique_ptr<ProgressKeeper>> ProgressKeeper::Start(Session& session, const Clock& clock,
                                                              const std::string& data_folder,
                                                              const std::string& database_path) {
  FLAGSTREAM_ASSIGN(std::unique_ptr<RestoreWitness> witness, RestoreWitness::Open(data_folder));
  std::unique_ptr<ProgressKeeper> keeper(new ProgressKeeper(std::move(witness)));
  keeper->memory_.database_made = MomentMade(database_path);
  FLAGSTREAM_TRY(keeper->Compare(session, clock));
  FLAGSTREAM_TRY(keeper->witness_->Remember(keeper->memory_));
  FLAGSTREAM_TRY(keeper->witness_->Sync());
  FLAGSTREAM_TRY(SyncFolder(data_folder));
  return keeper;
}

ProgressKeeper::~ProgressKeeper() { LogIfFailed(witness_->Sync()); }

Result<void> ProgressKeeper::Compare(Session& session, const Clock& clock) {
  const std::optional<RestoreWitness::Memory>& found = witness_->found();
  if (found) memory_.newest_stamp = found->newest_stamp;
  FLAGSTREAM_ASSIGN(const std::optional<StoreProgress> progress, ReadProgress(session));
  if (!progress) return BeginIncarnation(session, clock);
  memory_.progress = *progress;
  const auto sign = SignOfRestore(*progress, memory_.database_made, found);
  if (!sign) return {};
  restored_ = true;
  log::Warning("the database was restored; every environment gets a new stamp", {{"sign", *sign}});
  return BeginIncarnation(session, clock);
}

Result<void> ProgressKeeper::BeginIncarnation(Session& session, const Clock& clock) {
  memory_.progress.incarnation = NewUuid();
  FLAGSTREAM_TRY(session.BeginImmediate());
  Result<void> begun = StampAndWrite(session, clock);
  if (begun) begun = session.Commit();
  if (!begun) session.Rollback();
  return begun;
}

Result<void> ProgressKeeper::StampAndWrite(Session& session, const Clock& clock) {
  SessionTransaction transaction(session, clock);
  if (restored_) {
    const Stamp floor = Stamp::FromMicros(memory_.newest_stamp);
    FLAGSTREAM_TRY(StampEverything(transaction, floor));
  }
  memory_.newest_stamp = std::max(memory_.newest_stamp, transaction.newest_stamp());
  ++memory_.progress.generation;
  return WriteProgress(session, memory_.progress);
}

Result<void> ProgressKeeper::BeforeCommit(Session& session) {
  return WriteProgress(session, {memory_.progress.incarnation, memory_.progress.generation + 1});
}

void ProgressKeeper::AfterCommit(int64_t newest_stamp) {
  ++memory_.progress.generation;
  memory_.newest_stamp = std::max(memory_.newest_stamp, newest_stamp);
  LogIfFailed(witness_->Remember(memory_));
}

}  // namespace flagstream::store::sqlite
