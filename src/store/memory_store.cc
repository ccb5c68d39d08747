// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"

#include <utility>

#include "store/query_check.h"

namespace flagstream::store {

class MemoryStore::View final : public Reader {
 public:
  View(MemoryStore& store, const MemoryTables& tables) : store_(store), tables_(tables) {}

  Result<std::vector<Row>> Find(const Table& table, const Query& query) override {
    FLAGSTREAM_TRY(store_.OnCall());
    FLAGSTREAM_TRY(CheckQuery(table, query));
    return tables_.Find(table, query);
  }
  Result<int64_t> Count(const Table& table, const Query& query) override {
    FLAGSTREAM_TRY(store_.OnCall());
    FLAGSTREAM_TRY(CheckQuery(table, query));
    return tables_.Count(table, query);
  }
  Result<int64_t> NowMicros() override {
    FLAGSTREAM_TRY(store_.OnCall());
    return store_.clock_.NowMicros();
  }

 private:
  MemoryStore& store_;
  const MemoryTables& tables_;
};

class MemoryStore::Change final : public Transaction {
 public:
  Change(MemoryStore& store, MemoryTables& tables)
      : store_(store), tables_(tables), view_(store, tables) {}

  Result<std::vector<Row>> Find(const Table& table, const Query& query) override {
    return view_.Find(table, query);
  }
  Result<int64_t> Count(const Table& table, const Query& query) override {
    return view_.Count(table, query);
  }
  Result<int64_t> NowMicros() override { return view_.NowMicros(); }

  Result<int64_t> Insert(const Table& table, const Row& row) override {
    FLAGSTREAM_TRY(store_.OnCall());
    FLAGSTREAM_TRY(CheckRow(table, row));
    return tables_.Insert(table, row);
  }
  Result<void> Update(const Table& table, const Row& row) override {
    FLAGSTREAM_TRY(store_.OnCall());
    FLAGSTREAM_TRY(CheckRow(table, row));
    return tables_.Update(table, row);
  }
  Result<int64_t> Delete(const Table& table, const Query& query) override {
    FLAGSTREAM_TRY(store_.OnCall());
    FLAGSTREAM_TRY(CheckQuery(table, query));
    return tables_.Delete(table, query);
  }
  // One write runs at a time, so every row is locked already.
  Result<void> LockRow(const Table& table, int64_t id, Lock) override {
    FLAGSTREAM_TRY(store_.OnCall());
    if (!tables_.Has(table.name, id)) return Error::NotFound();
    return {};
  }

 private:
  MemoryStore& store_;
  MemoryTables& tables_;
  View view_;
};

Result<void> MemoryStore::Read(const ReadWork& work) {
  MemoryTables snapshot;
  {
    MutexLock lock(mutex_);
    snapshot = tables_;
  }
  View view(*this, snapshot);
  return work(view);
}

void MemoryStore::Write(WriteWork work, Done done) { done(Run(work)); }

Result<void> MemoryStore::Run(const WriteWork& work) {
  MutexLock one_at_a_time(writer_);
  MemoryTables changed;
  {
    MutexLock lock(mutex_);
    changed = tables_;
  }
  Change change(*this, changed);
  FLAGSTREAM_TRY(work(change));
  return Commit(std::move(changed));
}

Result<void> MemoryStore::Commit(MemoryTables tables) {
  MutexLock lock(mutex_);
  if (commit_error_) return *std::exchange(commit_error_, std::nullopt);
  tables_ = std::move(tables);
  return {};
}

Result<void> MemoryStore::OnCall() {
  MutexLock lock(mutex_);
  ++calls_;
  if (!call_error_ || calls_ != failing_call_) return {};
  return *std::exchange(call_error_, std::nullopt);
}

int64_t MemoryStore::calls() const {
  MutexLock lock(mutex_);
  return calls_;
}

void MemoryStore::FailCall(int64_t calls_before, Error error) {
  MutexLock lock(mutex_);
  failing_call_ = calls_ + calls_before + 1;
  call_error_ = std::move(error);
}

void MemoryStore::FailCommit(Error error) {
  MutexLock lock(mutex_);
  commit_error_ = std::move(error);
}

}  // namespace flagstream::store
