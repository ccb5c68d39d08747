// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/unique_function.h"
#include "store/table.h"

// The truth, behind an interface that several databases can serve. Typed access is in
// store/records.h and store/query.h.
namespace flagstream::store {

// A consistent view of the data. Valid only inside the call that was given it; used on that call's
// thread. Fails with kUnavailable when the database cannot be reached, kCorrupt when it cannot be
// read.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual Result<std::vector<Row>> Find(const Table& table, const Query& query) = 0;
  virtual Result<int64_t> Count(const Table& table, const Query& query) = 0;
  // The store's own clock, microseconds since 1970 UTC: what stamps are made of.
  virtual Result<int64_t> NowMicros() = 0;
};

// A view that can also change the data: all of it or, if the work fails, nothing.
class Transaction : public Reader {
 public:
  // The id of the new row, larger than any the table ever had; a row[0] other than 0 is taken as
  // the id instead. kConflict if a unique key or the id is taken, kNotFound if a row it refers to
  // is missing; nothing is changed then.
  virtual Result<int64_t> Insert(const Table& table, const Row& row) = 0;
  // Replaces the row with the id row[0]. kNotFound if there is none or a row it refers to is
  // missing, kConflict if a unique key is taken; nothing is changed then.
  virtual Result<void> Update(const Table& table, const Row& row) = 0;
  // Returns how many rows met the conditions of `query`; they went, and with them the rows that
  // refer to them.
  virtual Result<int64_t> Delete(const Table& table, const Query& query) = 0;

  enum class Lock { kShared, kExclusive };
  // Holds the row until the transaction ends, so that no other transaction changes it (kExclusive:
  // or holds it) meanwhile. kNotFound if there is none.
  virtual Result<void> LockRow(const Table& table, int64_t id, Lock lock) = 0;
};

using ReadWork = std::function<Result<void>(Reader&)>;
using WriteWork = std::function<Result<void>(Transaction&)>;

// All calls are safe from any thread.
class Store {
 public:
  using Done = UniqueFunction<void(Result<void>)>;

  virtual ~Store() = default;

  // Runs `work` in one read transaction, here; blocks. Its error is returned.
  virtual Result<void> Read(const ReadWork& work) = 0;

  // Runs `work` in one write transaction on a thread of the store and then calls `done` there:
  // success means the change is durable. Does not block. An adapter may run `work` again from the
  // start after a conflict with another writer, so it must not have effects outside the transaction
  // that a second run does not replace. An error of `work` undoes the transaction and is what
  // `done` gets. kUnavailable when the disk is full or the database away. Work that waits when the
  // store is destroyed gets kUnavailable.
  virtual void Write(WriteWork work, Done done) = 0;
};

// The same, and waits. Not on a shard, and not inside another write.
Result<void> WriteAndWait(Store& store, const WriteWork& work);

}  // namespace flagstream::store
