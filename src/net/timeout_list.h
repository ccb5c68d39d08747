// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <boost/intrusive/list.hpp>

#include "base/clock.h"

namespace flagstream::net {

// All that wait for the same span of time, in the order in which it ends: arming moves to the end
// of the list, so neither arming nor looking for what is due searches. One list per kind of timeout
// and one periodic look at the lists take the place of a timer per connection. On one thread.
class TimeoutList {
 public:
  class Entry;

  // Told that an entry of its own is due. May destroy any entries.
  class Owner {
   public:
    virtual void OnTimeout(Entry& entry) = 0;

   protected:
    ~Owner() = default;
  };

  // One thing that may time out; a member of its owner. In one list at most.
  class Entry : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
   public:
    explicit Entry(Owner& owner) : owner_(owner) {}

    void Cancel() { unlink(); }
    bool IsArmed() const { return is_linked(); }

   private:
    friend class TimeoutList;
    Owner& owner_;
    SteadyTime due_;
  };

  explicit TimeoutList(std::chrono::milliseconds span) : span_(span) {}

  // The entry is due one span after `now`, whatever it waited for before. `now` never goes back.
  void Arm(Entry& entry, SteadyTime now);
  // Takes out what is due at `now` and tells the owners.
  void Expire(SteadyTime now);

 private:
  const std::chrono::milliseconds span_;
  boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> entries_;
};

}  // namespace flagstream::net
