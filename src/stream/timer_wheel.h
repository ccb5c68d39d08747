// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <boost/intrusive/list.hpp>

namespace flagstream::stream {

// The time of streams: steps since their hub was made. 32 bits last 13 years.
using Tick = uint32_t;
inline constexpr std::chrono::milliseconds kTickDuration{100};
inline constexpr Tick kNever = std::numeric_limits<Tick>::max();

// Something that waits for a tick: base of what a wheel holds. Leaves its list by itself when
// destroyed.
struct TimerEntry
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  Tick due = 0;
};

using TimerList = boost::intrusive::list<TimerEntry, boost::intrusive::constant_time_size<false>>;

// Entries by the tick they wait for; filing, moving and taking out cost a few pointer writes,
// however many there are. One turn is kSlots ticks: what waits longer is looked at once a turn and
// filed again. Owns no entry and knows no clock.
class TimerWheel {
 public:
  static constexpr Tick kSlots = 256;

  // Files `entry` for `due`, from wherever it was. A time that has passed already counts as the
  // next tick.
  void Schedule(TimerEntry& entry, Tick due);
  // Moves all entries due by `now`, which never falls, to the end of `due`.
  void Advance(Tick now, TimerList& due);

 private:
  void File(TimerEntry& entry);

  Tick now_ = 0;
  std::array<TimerList, kSlots> slots_;
};

}  // namespace flagstream::stream
