// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/assert.h"

namespace flagstream::testing {

// While it lives, everything SQLite writes in this process fails with the errno it was made with;
// ENOSPC is a full disk. One at a time. Who uses it also links SQLite.
class FailingDisk {
 public:
  explicit FailingDisk(int error) {
    sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
    for (const char* const name : {"pwrite", "pwrite64"}) {
      // Only one of the two is there, depending on how SQLite was built.
      files->xSetSystemCall(files, name, reinterpret_cast<sqlite3_syscall_ptr>(&Write));
    }
    error_ = error;
  }
  ~FailingDisk() {
    error_ = 0;
    sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
    files->xSetSystemCall(files, "pwrite", nullptr);
    files->xSetSystemCall(files, "pwrite64", nullptr);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

 private:
  static ssize_t Write(int file, const void* data, size_t size, off_t offset) {
    if (error_ == 0) return pwrite(file, data, size, offset);
    errno = error_;
    return -1;
  }

  static inline std::atomic<int> error_ = 0;
};

}  // namespace flagstream::testing
