// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_store.h"

#include <utility>

#include "store/postgres/connection.h"
#include "store/postgres/connection_pool.h"
#include "store/postgres/migrations.h"
#include "store/postgres/session.h"
#include "store/postgres/writer_pool.h"

namespace flagstream::store {

using postgres::Connection;
using postgres::ConnectionPool;
using postgres::WriterPool;

// In the order in which they begin; they end in the other.
class PostgresStore::Parts {
 public:
  explicit Parts(const PostgresOptions& options)
      : clock(options.clock),
        readers(options.address, options.readers_max),
        writers(options.address, options.writers_max),
        writer(writers, options.clock, options.writers_max, options.waiting_writes_max) {}

  const Clock* const clock;
  ConnectionPool readers;
  ConnectionPool writers;
  WriterPool writer;
};

namespace {

Result<void> ReadOnce(Connection& connection, const Clock* clock, const ReadWork& work) {
  postgres::Session session(connection, clock);
  Result<void> result = work(session);
  connection.Rollback();  // Nothing was changed, so there is nothing that could be lost here.
  return result;
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::Open(const PostgresOptions& options) {
  FLAGSTREAM_ASSIGN(const std::unique_ptr<Connection> connection,
                    Connection::Open(options.address));
  FLAGSTREAM_TRY(postgres::Migrate(*connection, postgres::PostgresMigrations()));
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::make_unique<Parts>(options)));
}

PostgresStore::PostgresStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

PostgresStore::~PostgresStore() = default;

Result<void> PostgresStore::Read(const ReadWork& work) {
  FLAGSTREAM_ASSIGN(ConnectionPool::Lease lease, parts_->readers.Borrow());
  FLAGSTREAM_TRY(lease.connection().Begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return ReadOnce(lease.connection(), parts_->clock, work);
}

void PostgresStore::Write(WriteWork work, Done done) {
  parts_->writer.Submit(std::move(work), std::move(done));
}

PostgresStats PostgresStore::stats() const {
  const WriterPool::Counts counts = parts_->writer.counts();
  return {.waiting_writes = parts_->writer.waiting(),
          .writes = counts.works,
          .commits = counts.commits,
          .repeats = counts.repeats};
}

}  // namespace flagstream::store
