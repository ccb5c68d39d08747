// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/stamp.h"
#include "stream/change_log.h"
#include "stream/client_kind.h"

namespace flagstream::stream {

// How streams are told apart by age: below each of these, and older.
inline constexpr std::array kAgeBounds = {std::chrono::minutes(1), std::chrono::minutes(10),
                                          std::chrono::minutes(60)};
inline constexpr size_t kAgeClasses = kAgeBounds.size() + 1;

struct StreamCounts {
  size_t streams = 0;
  size_t offered = 0;  // it was their turn to be sent the newest frame
  size_t written = 0;  // they took all of it
  size_t behind = 0;   // their peer is not reading what it was sent, be it that frame or another
  std::array<size_t, kAgeClasses> ages{};

  void Add(const StreamCounts& other);
  bool operator==(const StreamCounts&) const = default;
};

// What can be seen of one channel: of its streams now, and of its last changes. A value, made on a
// shard; those of several shards can be added up.
struct ChannelView {
  static constexpr size_t kChangesMax = 100;

  std::optional<Stamp> newest;                           // none before the first
  std::array<StreamCounts, kClientKindCount> clients{};  // by ClientKind
  std::vector<LoggedChange> changes;                     // at most kChangesMax, oldest first

  StreamCounts& Of(ClientKind client) { return clients[static_cast<size_t>(client)]; }
  const StreamCounts& Of(ClientKind client) const { return clients[static_cast<size_t>(client)]; }
  StreamCounts Total() const;
  // Takes in what another shard has of the same channel.
  void Add(ChannelView other);
};

}  // namespace flagstream::stream
