// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace flagstream::store {

// What a database and its witness both know of how far the database has come.
struct StoreProgress {
  std::string incarnation;  // a UUID, new with each database and after each restore
  int64_t generation = 0;   // raised with every commit
};

// A small file beside the database (DIR/flagstream.witness) that remembers how far the database had
// come, so that an older copy of it that was put back is noticed: clients may then hold stamps that
// the data does not know. It is written after each commit without waiting for the disk. So it
// survives the end of the process, and may fall behind the database when the machine fails, but is
// never ahead of it. What it cannot see: a whole folder written over, in place, by an older copy of
// database and witness.
class RestoreWitness {
 public:
  struct Memory {
    StoreProgress progress;
    int64_t newest_stamp = 0;  // highest that was ever stored, microseconds
    // When the database's file was made, where the file system tells: a copy of the file has
    // another. 0: unknown.
    int64_t database_made = 0;
  };

  // kUnavailable if the file can be neither opened nor created.
  static Result<std::unique_ptr<RestoreWitness>> Open(const std::string& folder);
  ~RestoreWitness();
  RestoreWitness(const RestoreWitness&) = delete;
  RestoreWitness& operator=(const RestoreWitness&) = delete;

  // What was remembered before Open; unset if nothing, or nothing legible.
  const std::optional<Memory>& found() const { return found_; }

  Result<void> Remember(const Memory& memory);
  // Waits until what was remembered is on the disk.
  Result<void> Sync();

 private:
  RestoreWitness(std::string path, int file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  const int file_;
  std::optional<Memory> found_;
};

// Why the database cannot be the one that `witness` saw last, or nothing if it can.
std::optional<std::string> SignOfRestore(const StoreProgress& database, int64_t database_made,
                                         const std::optional<RestoreWitness::Memory>& witness);

// For Memory::database_made.
int64_t MomentMade(const std::string& path);

}  // namespace flagstream::store
