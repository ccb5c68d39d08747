// SPDX-License-Identifier: Apache-2.0
#include "api/sse/stream_slots.h"

#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/ip_address.h"

namespace flagstream::api {

void GiveSlotsBack::operator()(const TakenSlots* taken) const { taken->slots.Release(*taken); }

StreamSlots::StreamSlots(const StreamLimits& limits)
    : max_(limits.total), environments_(limits.per_environment), addresses_(limits.per_address) {}

StreamSlot StreamSlots::TryTake(const std::optional<std::string>& environment,
                                std::string_view client_address) {
  if (const auto reached = TakeOfAll()) return Refuse(*reached);
  if (!addresses_.IsLimited() && !environments_.IsLimited()) return StreamSlot(&only_of_all_);

  TakenSlots& taken = *std::make_unique<TakenSlots>(TakenSlots{*this}).release();
  StreamSlot slot(&taken);
  if (addresses_.IsLimited()) {
    taken.address = addresses_.TryTake(ClientOf(client_address));
    if (taken.address == nullptr) return Refuse(StreamLimit::kAddress);
  }
  if (environments_.IsLimited() && environment) {
    taken.environment = environments_.TryTake(*environment);
    if (taken.environment == nullptr) return Refuse(StreamLimit::kEnvironment);
  }
  return slot;
}

StreamSlot StreamSlots::TakeMoved(const std::optional<std::string>& environment,
                                  std::optional<uint64_t> client) {
  if (const auto reached = TakeOfAll()) return Refuse(*reached);
  if (!addresses_.IsLimited() && !environments_.IsLimited()) return StreamSlot(&only_of_all_);
  auto taken = std::make_unique<TakenSlots>(TakenSlots{*this});
  if (addresses_.IsLimited() && client) taken->address = &addresses_.Take(*client);
  if (environments_.IsLimited() && environment)
    taken->environment = &environments_.Take(*environment);
  return StreamSlot(taken.release());
}

std::optional<StreamLimit> StreamSlots::TakeOfAll() {
  const size_t before = taken_.fetch_add(1, std::memory_order_relaxed);
  if (before < max_ && before < held_at_.load(std::memory_order_relaxed)) return std::nullopt;
  taken_.fetch_sub(1, std::memory_order_relaxed);
  return before < max_ ? StreamLimit::kMemory : StreamLimit::kTotal;
}

StreamSlot StreamSlots::Refuse(StreamLimit limit) {
  refused_[static_cast<size_t>(limit)].fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

void StreamSlots::Release(const TakenSlots& taken) {
  if (taken.environment != nullptr) environments_.Release(*taken.environment);
  if (taken.address != nullptr) addresses_.Release(*taken.address);
  if (&taken != &only_of_all_) std::default_delete<const TakenSlots>()(&taken);
  const size_t before = taken_.fetch_sub(1, std::memory_order_relaxed);
  FLAGSTREAM_ASSERT(before > 0);
  if (before > 1) return;
  MutexLock lock(mutex_);
  none_taken_.NotifyAll();
}

void StreamSlots::WaitForNone(std::chrono::milliseconds patience) {
  MutexLock lock(mutex_);
  while (taken() > 0 && none_taken_.WaitFor(mutex_, patience)) {
  }
}

uint64_t ClientOf(std::string_view address) {
  const auto parsed = net::IpAddress::Parse(address);
  if (!parsed) return 0;
  // IPv4 lies in ::ffff:0:0/96, which is no network that a client has an address of.
  const size_t offset = parsed->IsV4() ? sizeof(uint64_t) : 0;
  uint64_t client = 0;
  std::memcpy(&client, parsed->bytes.data() + offset, sizeof client);
  return client;
}

}  // namespace flagstream::api
