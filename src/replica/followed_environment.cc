// SPDX-License-Identifier: Apache-2.0
#include "replica/followed_environment.h"

#include <limits>
#include <utility>

#include "base/assert.h"

namespace flagstream::replica {

bool FollowedEnvironment::Hear(int64_t revision, int64_t committed_micros, SteadyTime now) {
  if (revision == heard_ && heard_committed_micros_ == 0) {
    heard_committed_micros_ = committed_micros;
  }
  // What was heard of before is served, or a load that was begun for it is under way.
  if (revision <= heard_) return false;
  heard_ = revision;
  heard_committed_micros_ = committed_micros;
  if (!behind_since_) behind_since_ = now;
  return WantLoad();
}

bool FollowedEnvironment::Doubt() {
  doubted_ = true;
  return WantLoad();
}

bool FollowedEnvironment::WantLoad() {
  if (loading_) {
    load_again_ = true;
    return false;
  }
  loading_ = true;
  load_again_ = false;
  doubted_ = false;
  return true;
}

bool FollowedEnvironment::OnServed(int64_t revision) {
  FLAGSTREAM_ASSERT(loading_ && revision >= served_);
  served_ = revision;
  const bool load_again = doubted_ || (load_again_ && heard_ > served_);
  // A revision that was heard of before the load began and that the store does not have was false.
  if (heard_ < served_ || !load_again) SetHeard(served_);
  if (heard_ == served_) behind_since_.reset();
  EndWaits(served_);
  return Finish(load_again);
}

bool FollowedEnvironment::OnRemoved() {
  FLAGSTREAM_ASSERT(loading_);
  SetHeard(0);
  served_ = 0;
  released_ = Stamp();
  behind_since_.reset();
  EndWaits(std::numeric_limits<int64_t>::max());
  return Finish(load_again_);
}

void FollowedEnvironment::SetHeard(int64_t revision) {
  if (heard_ == revision) return;
  heard_ = revision;
  heard_committed_micros_ = 0;
}

bool FollowedEnvironment::Finish(bool load_again) {
  loading_ = load_again;
  load_again_ = false;
  doubted_ = false;
  return load_again;
}

bool FollowedEnvironment::Release(Stamp stamp) {
  if (stamp <= released_) return false;
  released_ = stamp;
  return true;
}

void FollowedEnvironment::WaitFor(int64_t revision, std::shared_ptr<ServedWait> wait) {
  if (revision <= served_) {
    wait->Remove();
    return;
  }
  std::erase_if(waits_, [](const auto& waiting) { return waiting.second->HasEnded(); });
  waits_.emplace_back(revision, std::move(wait));
}

void FollowedEnvironment::EndWaits(int64_t served) {
  std::erase_if(waits_, [served](const auto& waiting) {
    if (waiting.first > served) return false;
    waiting.second->Remove();
    return true;
  });
}

}  // namespace flagstream::replica
