// SPDX-License-Identifier: Apache-2.0
#include "auth/login_limiter.h"

#include <algorithm>

#include "base/assert.h"

namespace flagstream::auth {
namespace {

std::chrono::seconds WaitUntil(SteadyTime then, SteadyTime now) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(then - now));
}

}  // namespace

LoginLimiter::LoginLimiter(const Clock& clock, LoginLimits limits)
    : clock_(clock), limits_(limits) {
  FLAGSTREAM_ASSERT(limits_.attempts_per_window_max > 0 && limits_.addresses_max > 0);
}

std::optional<std::chrono::seconds> LoginLimiter::Admit(const std::string& address) {
  const SteadyTime now = clock_.Steady();
  MutexLock lock(mutex_);
  return AdmitAt(address, now);
}

size_t LoginLimiter::address_count() const {
  MutexLock lock(mutex_);
  return attempts_.size();
}

std::optional<std::chrono::seconds> LoginLimiter::AdmitAt(const std::string& address,
                                                          SteadyTime now) {
  const SteadyTime horizon = now - limits_.window;
  if (attempts_.size() >= limits_.addresses_max && !attempts_.contains(address)) {
    ForgetBefore(horizon);
    if (attempts_.size() >= limits_.addresses_max) return WaitUntil(now + limits_.window, now);
  }
  Attempts& attempts = attempts_[address];
  while (!attempts.empty() && attempts.front() <= horizon) attempts.pop_front();
  if (attempts.size() >= limits_.attempts_per_window_max) {
    return WaitUntil(attempts.front() + limits_.window, now);
  }
  attempts.push_back(now);
  return std::nullopt;
}

void LoginLimiter::ForgetBefore(SteadyTime horizon) {
  std::erase_if(attempts_, [&](const auto& entry) { return entry.second.back() <= horizon; });
}

}  // namespace flagstream::auth
