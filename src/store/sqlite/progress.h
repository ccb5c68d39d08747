// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "store/restore_witness.h"
#include "store/sqlite/session.h"

namespace flagstream::store::sqlite {

// Keeps the witness of a database (store/restore_witness.h) as far as the database itself. On the
// thread that writes.
class ProgressKeeper {
 public:
  // Compares the two. If an older copy was put back, stamps every environment later than all that
  // was ever stored and begins a new incarnation, in one transaction: killed before it, the next
  // start finds the same; killed after it, but before the witness knows, the next start stamps once
  // more.
  static Result<std::unique_ptr<ProgressKeeper>> Start(Session& session, const Clock& clock,
                                                       const std::string& data_folder,
                                                       const std::string& database_path);
  // A clean end leaves nothing to the operating system.
  ~ProgressKeeper();
  ProgressKeeper(const ProgressKeeper&) = delete;
  ProgressKeeper& operator=(const ProgressKeeper&) = delete;

  bool restored() const { return restored_; }

  // Inside a transaction that changed something.
  Result<void> BeforeCommit(Session& session);
  // When that transaction is on the disk. `newest_stamp` is the highest it stored.
  void AfterCommit(int64_t newest_stamp);

 private:
  explicit ProgressKeeper(std::unique_ptr<RestoreWitness> witness) : witness_(std::move(witness)) {}

  Result<void> Compare(Session& session, const Clock& clock);
  Result<void> BeginIncarnation(Session& session, const Clock& clock);
  Result<void> StampAndWrite(Session& session, const Clock& clock);

  const std::unique_ptr<RestoreWitness> witness_;
  RestoreWitness::Memory memory_;
  bool restored_ = false;
};

}  // namespace flagstream::store::sqlite
