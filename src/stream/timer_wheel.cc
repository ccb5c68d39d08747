// SPDX-License-Identifier: Apache-2.0
#include "stream/timer_wheel.h"

#include <algorithm>

#include "base/assert.h"

namespace flagstream::stream {

void TimerWheel::Schedule(TimerEntry& entry, Tick due) {
  entry.unlink();
  entry.due = due;
  File(entry);
}

void TimerWheel::Advance(Tick now, TimerList& due) {
  FLAGSTREAM_ASSERT(now >= now_);
  const Tick steps = std::min(now - now_, kSlots);
  now_ = now;
  for (Tick tick = now - steps + 1; tick != now + 1; ++tick) {
    TimerList reached;
    reached.splice(reached.end(), slots_[tick % kSlots]);
    while (!reached.empty()) {
      TimerEntry& entry = reached.front();
      reached.pop_front();
      if (entry.due <= now) {
        due.push_back(entry);
      } else {
        File(entry);
      }
    }
  }
}

void TimerWheel::File(TimerEntry& entry) {
  const Tick slot = std::clamp(entry.due, now_ + 1, now_ + kSlots - 1);
  slots_[slot % kSlots].push_back(entry);
}

}  // namespace flagstream::stream
