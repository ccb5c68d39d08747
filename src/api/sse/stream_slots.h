// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/sse/keyed_slots.h"
#include "base/mutex.h"

namespace flagstream::api {

// Streams that may be open at once.
struct StreamLimits {
  size_t total = 0;
  size_t per_environment = 0;  // 0: no limit but the total
  size_t per_address = 0;      // 0: no limit but the total
};

// What a stream was refused for.
enum class StreamLimit { kTotal, kMemory, kEnvironment, kAddress };
constexpr std::array kStreamLimits{StreamLimit::kTotal, StreamLimit::kMemory,
                                   StreamLimit::kEnvironment, StreamLimit::kAddress};

class StreamSlots;

// What one stream has taken: one slot of all, and those it counts in.
struct TakenSlots {
  StreamSlots& slots;
  const KeyedSlots<std::string>::Place* environment = nullptr;
  const KeyedSlots<uint64_t>::Place* address = nullptr;
};

struct GiveSlotsBack {
  void operator()(const TakenSlots* taken) const;
};

// The right to have one stream open, until it is destroyed; null if there was none. One pointer,
// because there are many thousands of these.
using StreamSlot = std::unique_ptr<const TakenSlots, GiveSlotsBack>;

// How many streams this process has open, over all shards: all together, of each environment, and
// of each client address. Fewer may be while memory is short. Safe from any thread; outlives its
// slots.
class StreamSlots {
 public:
  explicit StreamSlots(const StreamLimits& limits);
  StreamSlots(const StreamSlots&) = delete;
  StreamSlots& operator=(const StreamSlots&) = delete;

  // For a stream of `environment`, or of none if there is no event to wait for. Null, and counted,
  // if one of the limits is reached.
  [[nodiscard]] StreamSlot TryTake(const std::optional<std::string>& environment,
                                   std::string_view client_address);
  // For a stream of another process, whose limits of environments and addresses it passed: here it
  // only counts in them. `client` as client_of says.
  [[nodiscard]] StreamSlot TakeMoved(const std::optional<std::string>& environment,
                                     std::optional<uint64_t> client);
  // The client that a stream counts for, if addresses are limited.
  static std::optional<uint64_t> client_of(const StreamSlot& slot) {
    return slot->address != nullptr ? std::optional(slot->address->first) : std::nullopt;
  }
  // Waits until none is taken, or for `patience`.
  void WaitForNone(std::chrono::milliseconds patience) EXCLUDES(mutex_);

  // No more than are open now, until LiftHold. Not none: streams end and come back all the time,
  // and who comes back needs no more memory than who left.
  void HoldAtTaken() { held_at_.store(taken(), std::memory_order_relaxed); }
  void LiftHold() { held_at_.store(kNotHeld, std::memory_order_relaxed); }
  bool is_held() const { return held_at_.load(std::memory_order_relaxed) != kNotHeld; }

  size_t max() const { return max_; }
  size_t taken() const { return taken_.load(std::memory_order_relaxed); }
  // Since the start; for metrics.
  size_t refused(StreamLimit limit) const {
    return refused_[static_cast<size_t>(limit)].load(std::memory_order_relaxed);
  }

 private:
  friend struct GiveSlotsBack;
  static constexpr size_t kNotHeld = std::numeric_limits<size_t>::max();

  // What there was none for, if so.
  std::optional<StreamLimit> TakeOfAll();
  StreamSlot Refuse(StreamLimit limit);
  void Release(const TakenSlots& taken) EXCLUDES(mutex_);

  const size_t max_;
  const TakenSlots only_of_all_{*this};  // of every stream, where nothing else is limited
  std::atomic<size_t> taken_{0};
  std::atomic<size_t> held_at_{kNotHeld};
  KeyedSlots<std::string> environments_;
  KeyedSlots<uint64_t> addresses_;
  std::array<std::atomic<size_t>, kStreamLimits.size()> refused_{};
  Mutex mutex_;  // held by no one but who waits and who wakes them
  CondVar none_taken_;
};

// What of a client's address is counted together: all of IPv4, the first 64 bits of IPv6, since a
// client has at least that network to itself. Equal for all that is no address.
uint64_t ClientOf(std::string_view address);

}  // namespace flagstream::api
