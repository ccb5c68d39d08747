// SPDX-License-Identifier: Apache-2.0
#include "net/timeout_list.h"

namespace flagstream::net {

void TimeoutList::Arm(Entry& entry, SteadyTime now) {
  entry.unlink();
  entry.due_ = now + span_;
  entries_.push_back(entry);
}

void TimeoutList::Expire(SteadyTime now) {
  while (!entries_.empty() && entries_.front().due_ <= now) {
    Entry& entry = entries_.front();
    entry.unlink();
    entry.owner_.OnTimeout(entry);
  }
}

}  // namespace flagstream::net
