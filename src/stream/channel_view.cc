// SPDX-License-Identifier: Apache-2.0
#include "stream/channel_view.h"

#include <algorithm>

namespace flagstream::stream {
namespace {

// A shard that does not have that frame yet has offered it to nobody.
void RaiseNewest(ChannelView& view, std::optional<Stamp> newest) {
  if (view.newest == newest) return;
  view.newest = newest;
  for (StreamCounts& counts : view.clients) counts.offered = counts.written = 0;
}

void AddChange(std::vector<LoggedChange>& changes, const LoggedChange& change) {
  const auto place = std::ranges::lower_bound(changes, change.stamp, {}, &LoggedChange::stamp);
  if (place != changes.end() && place->stamp == change.stamp) {
    place->Add(change);
  } else {
    changes.insert(place, change);
  }
}

}  // namespace

void StreamCounts::Add(const StreamCounts& other) {
  streams += other.streams;
  offered += other.offered;
  written += other.written;
  behind += other.behind;
  for (size_t age = 0; age < kAgeClasses; ++age) ages[age] += other.ages[age];
}

StreamCounts ChannelView::Total() const {
  StreamCounts total;
  for (const StreamCounts& counts : clients) total.Add(counts);
  return total;
}

void ChannelView::Add(ChannelView other) {
  const std::optional<Stamp> newest_of_both = std::max(newest, other.newest);
  RaiseNewest(*this, newest_of_both);
  RaiseNewest(other, newest_of_both);
  for (size_t client = 0; client < kClientKindCount; ++client)
    clients[client].Add(other.clients[client]);
  for (const LoggedChange& change : other.changes) AddChange(changes, change);
  if (changes.size() > kChangesMax) changes.erase(changes.begin(), changes.end() - kChangesMax);
}

}  // namespace flagstream::stream
