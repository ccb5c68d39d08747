// SPDX-License-Identifier: Apache-2.0
#include "bus/local_bus.h"

#include <utility>

#include "base/assert.h"

namespace flagstream::bus {

LocalBus::~LocalBus() { Stop(); }

void LocalBus::Listen(Listener listener) {
  MutexLock lock(mutex_);
  FLAGSTREAM_ASSERT(!listener_ && listener);
  listener_ = std::move(listener);
}

void LocalBus::Publish(const Change& change) {
  const Listener* listener = nullptr;
  {
    MutexLock lock(mutex_);
    if (stopped_ || !listener_) return;
    ++publishing_;
    listener = &listener_;
  }
  (*listener)(change);
  MutexLock lock(mutex_);
  --publishing_;
  if (publishing_ == 0) idle_.NotifyAll();
}

void LocalBus::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  while (publishing_ > 0) idle_.Wait(mutex_);
}

}  // namespace flagstream::bus
