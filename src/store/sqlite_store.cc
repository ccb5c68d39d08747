// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"

#include <utility>

#include "store/folder_lock.h"
#include "store/sqlite/group_writer.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/progress.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/session.h"

namespace flagstream::store {
namespace {

using sqlite::Access;
using sqlite::GroupWriter;
using sqlite::ProgressKeeper;
using sqlite::ReaderPool;
using sqlite::Session;
using sqlite::SessionReader;

}  // namespace

// In the order in which they begin; they end in the other.
class SqliteStore::Parts {
 public:
  Parts(std::unique_ptr<FolderLock> lock, std::unique_ptr<Session> session,
        std::unique_ptr<ProgressKeeper> progress, const std::string& path,
        const SqliteOptions& options)
      : clock(*options.clock),
        restored(progress->restored()),
        folder_lock(std::move(lock)),
        writer(std::move(session), std::move(progress), *options.clock, options.waiting_writes_max),
        readers(path, options.readers_max) {}

  const Clock& clock;
  const bool restored;
  const std::unique_ptr<FolderLock> folder_lock;
  GroupWriter writer;
  ReaderPool readers;
};

namespace {

Result<std::unique_ptr<Session>> OpenMigrated(const std::string& path) {
  FLAGSTREAM_ASSIGN(std::unique_ptr<Session> session, Session::Open(path, Access::kWrite));
  FLAGSTREAM_TRY(sqlite::Migrate(session->connection(), sqlite::BuiltinMigrations()));
  return session;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteOptions& options) {
  const std::string path = options.data_folder + "/flagstream.db";
  FLAGSTREAM_TRY(CreateDataFolder(options.data_folder));
  FLAGSTREAM_ASSIGN(std::unique_ptr<FolderLock> lock,
                    FolderLock::Take(options.data_folder, options.clock->NowMicros()));
  Result<std::unique_ptr<Session>> opened = OpenMigrated(path);
  if (!opened) {
    const Error& cause = opened.error();
    return Error(cause.code(), "the database " + path + " cannot be opened", cause);
  }
  std::unique_ptr<Session> session = *std::move(opened);
  FLAGSTREAM_ASSIGN(std::unique_ptr<ProgressKeeper> progress,
                    ProgressKeeper::Start(*session, *options.clock, options.data_folder, path));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::make_unique<Parts>(
      std::move(lock), std::move(session), std::move(progress), path, options)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() = default;

Result<void> SqliteStore::Read(const ReadWork& work) {
  FLAGSTREAM_ASSIGN(ReaderPool::Lease lease, parts_->readers.Borrow());
  Session& session = lease.session();
  FLAGSTREAM_TRY(session.Begin());
  SessionReader reader(session, parts_->clock);
  Result<void> result = work(reader);
  // Nothing was changed, so there is nothing that could be lost here.
  if (!session.Commit()) session.Rollback();
  return result;
}

void SqliteStore::Write(WriteWork work, Done done) {
  parts_->writer.Submit(std::move(work), std::move(done));
}

bool SqliteStore::restored() const { return parts_->restored; }

SqliteStats SqliteStore::stats() const {
  const GroupWriter::Counts counts = parts_->writer.counts();
  return {.waiting_writes = parts_->writer.waiting(),
          .writes = counts.works,
          .commits = counts.commits,
          .failed_commits = counts.failed_commits};
}

}  // namespace flagstream::store
