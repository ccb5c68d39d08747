// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

#include "base/assert.h"
#include "base/thread_annotations.h"

namespace flagstream {

// Names a thread. Members that only it may touch are GUARDED_BY the role; AssertHere proves the
// thread to clang's analysis and checks it at run time. The first call binds the role to the
// calling thread, so that parts can be built on one thread and then live on another.
class CAPABILITY("role") ThreadRole {
 public:
  void AssertHere() const ASSERT_CAPABILITY(this) {
    const std::thread::id here = std::this_thread::get_id();
    std::thread::id unbound;
    if (owner_.load(std::memory_order_relaxed) == here) return;
    FLAGSTREAM_ASSERT(owner_.compare_exchange_strong(unbound, here));
  }
  // The next AssertHere binds anew. Only while no other thread uses what the role guards.
  void Release() { owner_.store(std::thread::id()); }

 private:
  mutable std::atomic<std::thread::id> owner_{};
};

}  // namespace flagstream
