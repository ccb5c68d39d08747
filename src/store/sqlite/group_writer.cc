// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/group_writer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace flagstream::store::sqlite {
namespace {

Error NotWritten(const Error& cause) {
  return {ErrorCode::kUnavailable, "The change could not be stored. " + cause.message(), cause};
}

Error TooManyWaiting() { return Error::Unavailable("Too many changes wait to be stored."); }
Error Stopped() { return Error::Unavailable("The store is closing."); }

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<Session> session, std::unique_ptr<ProgressKeeper> progress,
                         const Clock& clock, size_t waiting_max)
    : clock_(clock),
      waiting_max_(waiting_max),
      session_(std::move(session)),
      progress_(std::move(progress)),
      thread_([this] { Loop(); }) {}

GroupWriter::~GroupWriter() { Stop(); }

void GroupWriter::Submit(WriteWork work, Store::Done done) {
  Result<void> refused;
  {
    MutexLock lock(mutex_);
    if (stopping_) {
      refused = Stopped();
    } else if (waiting_.size() >= waiting_max_) {
      refused = TooManyWaiting();
    } else {
      waiting_.push_back({std::move(work), std::move(done), {}});
      wake_.NotifyOne();
      return;
    }
  }
  done(std::move(refused));
}

void GroupWriter::Stop() {
  std::deque<Job> abandoned;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    abandoned.swap(waiting_);
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  for (Job& job : abandoned) job.done(Stopped());
}

size_t GroupWriter::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

GroupWriter::Counts GroupWriter::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

void GroupWriter::Loop() {
  while (true) {
    Group group = TakeGroup();
    if (group.empty()) return;
    RunGroup(group);
    for (Job& job : group) job.done(std::move(job.result));
  }
}

GroupWriter::Group GroupWriter::TakeGroup() {
  MutexLock lock(mutex_);
  while (waiting_.empty() && !stopping_) wake_.Wait(mutex_);
  const auto end = waiting_.begin() + static_cast<ptrdiff_t>(std::min(waiting_.size(), kGroupMax));
  Group group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

void GroupWriter::RunGroup(Group& group) {
  SessionTransaction transaction(*session_, clock_);
  const Result<bool> written = RunInTransaction(group, transaction);
  if (!written) {
    GiveUp(group, written.error());
  } else {
    if (*written) progress_->AfterCommit(transaction.newest_stamp());
    if (is_failing_) log::Info("changes are stored again");
  }
  is_failing_ = !written.ok();
  Count(group.size(), written.ok());
}

// Also of those whose work had failed: their reason may have been a change that is now undone.
void GroupWriter::GiveUp(Group& group, const Error& error) {
  session_->Rollback();
  for (Job& job : group) job.result = NotWritten(error);
  if (!is_failing_) log::Error("changes cannot be stored", {{"error", error.ToString()}});
}

Result<bool> GroupWriter::RunInTransaction(Group& group, SessionTransaction& transaction) {
  const int64_t rows_before = session_->connection().TotalRowsChanged();
  FLAGSTREAM_TRY(session_->BeginImmediate());
  for (Job& job : group) FLAGSTREAM_TRY(RunOne(job, transaction));
  const bool changed = session_->connection().TotalRowsChanged() != rows_before;
  if (changed) FLAGSTREAM_TRY(progress_->BeforeCommit(*session_));
  FLAGSTREAM_TRY(session_->Commit());
  return changed;
}

// The job's own failure is in its result; what is returned is one that takes the whole group with
// it.
Result<void> GroupWriter::RunOne(Job& job, SessionTransaction& transaction) {
  FLAGSTREAM_TRY(session_->Mark());
  job.result = job.work(transaction);
  // SQLite undoes everything by itself when the disk is full in the midst of a statement.
  if (!session_->connection().IsInTransaction()) {
    return job.result ? Error::Unavailable("The transaction was ended by the database.")
                      : job.result.error();
  }
  return job.result ? session_->KeepSinceMark() : session_->UndoSinceMark();
}

void GroupWriter::Count(size_t works, bool ok) {
  MutexLock lock(mutex_);
  counts_.works += static_cast<int64_t>(works);
  ++(ok ? counts_.commits : counts_.failed_commits);
}

}  // namespace flagstream::store::sqlite
