// SPDX-License-Identifier: Apache-2.0
#include "stream/change_log.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace flagstream::stream {
namespace {

int64_t EarlierOf(int64_t one, int64_t other) {
  if (one == 0 || other == 0) return std::max(one, other);
  return std::min(one, other);
}

}  // namespace

void LoggedChange::Add(const LoggedChange& other) {
  FLAGSTREAM_ASSERT(stamp == other.stamp);
  committed = EarlierOf(committed, other.committed);
  offered += other.offered;
  written += other.written;
  first_write = EarlierOf(first_write, other.first_write);
  last_write = std::max(last_write, other.last_write);
  late += other.late;
  last_late_write = std::max(last_late_write, other.last_late_write);
}

ChangeLog::ChangeLog(size_t changes_max) : changes_max_(changes_max) {
  FLAGSTREAM_ASSERT(changes_max > 0);
}

void ChangeLog::Begin(Stamp stamp, int64_t committed, size_t streams) {
  const LoggedChange change{
      .stamp = stamp, .committed = committed, .offered = static_cast<uint32_t>(streams)};
  if (changes_.size() < changes_max_) {
    changes_.push_back(change);
  } else {
    changes_[oldest_] = change;
    oldest_ = (oldest_ + 1) % changes_max_;
  }
}

void ChangeLog::Written(Stamp stamp, size_t streams, int64_t began, int64_t ended) {
  LoggedChange* const change = FindNewest(stamp);
  if (change == nullptr) return;
  if (change->written == 0) change->first_write = began;
  change->last_write = ended;
  change->written += static_cast<uint32_t>(streams);
}

void ChangeLog::WrittenLate(Stamp stamp, int64_t now) {
  LoggedChange* const change = FindNewest(stamp);
  if (change == nullptr) return;
  ++change->late;
  change->last_late_write = now;
}

std::vector<LoggedChange> ChangeLog::All() const {
  std::vector<LoggedChange> all(changes_);
  std::ranges::rotate(all, all.begin() + static_cast<std::ptrdiff_t>(oldest_));
  return all;
}

LoggedChange* ChangeLog::FindNewest(Stamp stamp) {
  if (changes_.empty()) return nullptr;
  // Before the oldest, in the ring.
  LoggedChange& newest = changes_[(oldest_ + changes_.size() - 1) % changes_.size()];
  return newest.stamp == stamp ? &newest : nullptr;
}

}  // namespace flagstream::stream
