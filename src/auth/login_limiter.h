// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread_annotations.h"

namespace flagstream::auth {

struct LoginLimits {
  size_t attempts_per_window_max = 20;  // of one client address
  std::chrono::seconds window{60};
  size_t addresses_max = 10'000;  // remembered at a time; about 2 MB
};

// How often one client address may try a password. Any attempt counts, also one that succeeds:
// guessing must be slow, and nobody types twenty passwords a minute. Safe from any thread.
class LoginLimiter {
 public:
  // `clock` must outlive it.
  explicit LoginLimiter(const Clock& clock, LoginLimits limits = {});

  // Counts an attempt. Unset: go on. Else how long the address has to wait, at least a second; such
  // an attempt is not counted. When the table of addresses is full of others that are still
  // counted, a new address has to wait as well.
  std::optional<std::chrono::seconds> Admit(const std::string& address) EXCLUDES(mutex_);

  size_t address_count() const EXCLUDES(mutex_);

 private:
  using Attempts = std::deque<SteadyTime>;

  std::optional<std::chrono::seconds> AdmitAt(const std::string& address, SteadyTime now)
      REQUIRES(mutex_);
  void ForgetBefore(SteadyTime horizon) REQUIRES(mutex_);

  // Constant after construction.
  const Clock& clock_;
  const LoginLimits limits_;

  mutable Mutex mutex_;
  std::unordered_map<std::string, Attempts> attempts_ GUARDED_BY(mutex_);
};

}  // namespace flagstream::auth
