// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "base/mutex.h"

namespace flagstream::api {

// How many are taken of the slots of each key, of which there are equally many. Only keys with a
// taken slot cost memory. Safe from any thread.
template <class Key>
class KeyedSlots {
 public:
  // A key and how many of its slots are taken; stays where it is while that is not 0.
  using Place = std::pair<const Key, size_t>;

  // 0: no limit, and nothing is counted.
  explicit KeyedSlots(size_t max_per_key) : max_(max_per_key) {}
  KeyedSlots(const KeyedSlots&) = delete;
  KeyedSlots& operator=(const KeyedSlots&) = delete;

  bool IsLimited() const { return max_ > 0; }

  // Where a slot was taken, to be given to Release; null if there was none. Requires a limit.
  [[nodiscard]] const Place* TryTake(Key key) EXCLUDES(mutex_) {
    FLAGSTREAM_ASSERT(IsLimited());
    MutexLock lock(mutex_);
    Place& place = *taken_.try_emplace(std::move(key)).first;
    if (place.second >= max_) return nullptr;
    ++place.second;
    return &place;
  }
  // The same beyond the limit, if need be.
  const Place& Take(Key key) EXCLUDES(mutex_) {
    FLAGSTREAM_ASSERT(IsLimited());
    MutexLock lock(mutex_);
    Place& place = *taken_.try_emplace(std::move(key)).first;
    ++place.second;
    return place;
  }
  void Release(const Place& place) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = taken_.find(place.first);
    FLAGSTREAM_ASSERT(found != taken_.end());
    if (--found->second == 0) taken_.erase(found);
  }

  // Keys of which slots are taken.
  size_t key_count() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return taken_.size();
  }

 private:
  const size_t max_;
  mutable Mutex mutex_;
  std::unordered_map<Key, size_t> taken_ GUARDED_BY(mutex_);
};

}  // namespace flagstream::api
