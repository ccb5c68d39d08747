// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/stamp.h"

namespace flagstream::stream {

// What became of a change that was offered to a channel. Wall times in microseconds, 0 where there
// is none.
struct LoggedChange {
  Stamp stamp;
  int64_t committed = 0;    // 0: the bus did not say
  uint32_t offered = 0;     // streams that were there
  uint32_t written = 0;     // those of them that took it at once, before a newer one came
  int64_t first_write = 0;  // when the turn began that made it
  int64_t last_write = 0;
  uint32_t late = 0;  // streams that were behind, and took it when they read again
  int64_t last_late_write = 0;

  // Takes in what became of it on another shard.
  void Add(const LoggedChange& other);
  bool operator==(const LoggedChange&) const = default;
};

// The newest changes of one channel that found streams. Lives with its channel; bounded.
class ChangeLog {
 public:
  // At least one.
  explicit ChangeLog(size_t changes_max);

  void Begin(Stamp stamp, int64_t committed, size_t streams);
  // Both are ignored unless `stamp` is the newest: nothing else is ever sent, but it may have found
  // no streams and not be here.
  void Written(Stamp stamp, size_t streams, int64_t began, int64_t ended);
  void WrittenLate(Stamp stamp, int64_t now);

  // Oldest first.
  std::vector<LoggedChange> All() const;

 private:
  LoggedChange* FindNewest(Stamp stamp);

  const size_t changes_max_;
  std::vector<LoggedChange> changes_;  // a ring once it is full
  size_t oldest_ = 0;
};

}  // namespace flagstream::stream
