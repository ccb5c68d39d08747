// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/result.h"
#include "base/stamp.h"
#include "base/unique_function.h"

namespace flagstream::store {

struct StampLogOptions {
  std::string data_folder;
  const Clock* clock = &SystemClock();
  // Keys that are held; a further one is refused with kTooLarge.
  size_t max_environments = 100'000;
  // Puts that wait for the disk; more are refused with kUnavailable.
  size_t waiting_puts_max = 100'000;
};

struct StampLogStats {
  size_t environments = 0;
  size_t waiting_puts = 0;
  int64_t puts = 0;     // finished, well or not
  int64_t commits = 0;  // each holds the newest stamp of every key that waited
  int64_t failed_commits = 0;
  Stamp newest;  // of all that is on the disk
};

// The newest stamp of each environment of a `hub`, on disk in DIR/hub.db: all that survives a
// restart there, since the data is elsewhere. Holds the folder's lock while it lives. One thread
// writes: what waits shares one commit, in which each key is written once, however often it was
// put. All calls are safe from any thread.
class StampLog {
 public:
  using Done = UniqueFunction<void(Result<void>)>;

  struct Entry {
    std::string key;
    Stamp stamp;
  };

  // Reads all that is held. kConflict, with a sentence, if another process has the folder or a
  // later release wrote it.
  static Result<std::unique_ptr<StampLog>> Open(const StampLogOptions& options);
  // Puts that wait get kUnavailable.
  ~StampLog();
  StampLog(const StampLog&) = delete;
  StampLog& operator=(const StampLog&) = delete;

  // Success says: this stamp or a newer one of `key` is on the disk. A stamp no newer than one that
  // is there already is dropped and needs no wait. `done` runs on `where`, together with the others
  // of its commit in one task, or on a thread of the log if there is none; `where` must outlive the
  // log. After a failed commit the key holds what is on the disk.
  void Put(std::string_view key, Stamp stamp, Executor* where, Done done);

  // What is on the disk.
  std::optional<Stamp> Newest(std::string_view key) const;
  std::vector<Entry> All() const;

  StampLogStats stats() const;

 private:
  class Writer;

  explicit StampLog(std::unique_ptr<Writer> writer);

  const std::unique_ptr<Writer> writer_;
};

}  // namespace flagstream::store
