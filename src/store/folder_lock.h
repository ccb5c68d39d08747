// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace flagstream::store {

// Creates `folder` and those above it, readable by its owner only (0700), if it is not there.
// kUnavailable with a sentence if that fails.
Result<void> CreateDataFolder(const std::string& folder);

// Waits until the names in `folder` are on the disk: a file that was made is only found again after
// that.
Result<void> SyncFolder(const std::string& folder);

// Holds a data folder for this process, by a lock on DIR/flagstream.lock whose text names the
// owner. The lock goes with the process, however it ends; the file stays.
class FolderLock {
 public:
  // kConflict, with a sentence that names the owner, if another process (or this one, elsewhere)
  // holds it. `now_micros` is written into the file.
  static Result<std::unique_ptr<FolderLock>> Take(const std::string& folder, int64_t now_micros);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int file) : file_(file) {}

  const int file_;
};

}  // namespace flagstream::store
