// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace flagstream::store {

struct SqliteOptions {
  std::string data_folder;
  const Clock* clock = &SystemClock();  // must outlive the store
  // Reads that run at once; more wait for one of them.
  size_t readers_max = 4;
  // Writes that wait for the disk; more are refused with kUnavailable.
  size_t waiting_writes_max = 10'000;
};

struct SqliteStats {
  size_t waiting_writes = 0;
  int64_t writes = 0;   // finished, well or not
  int64_t commits = 0;  // transactions that reached the disk; each holds one write or more
  int64_t failed_commits = 0;
};

// The store of a single node: DIR/flagstream.db, readable by its owner only. Holds the folder's
// lock while it lives. One thread writes, grouping what waits into one commit; reads run on their
// callers' threads beside it and never wait for it. A full or failing disk refuses writes
// (kUnavailable) and leaves reads; writes work again as soon as the disk does.
class SqliteStore final : public Store {
 public:
  // Creates folder and database if they are not there, migrates an older schema, and looks whether
  // an older copy of the database was put back: then every environment gets a stamp and a revision
  // that no client and no node can have seen. kConflict, with a sentence, if another process has
  // the folder or a later release wrote it.
  static Result<std::unique_ptr<SqliteStore>> Open(const SqliteOptions& options);
  // Writes that wait get kUnavailable.
  ~SqliteStore() override;

  Result<void> Read(const ReadWork& work) override;
  void Write(WriteWork work, Done done) override;

  // Whether Open found a restored database, and has stamped it.
  bool restored() const;
  SqliteStats stats() const;

 private:
  class Parts;

  explicit SqliteStore(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace flagstream::store
