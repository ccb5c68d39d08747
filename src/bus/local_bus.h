// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/mutex.h"
#include "bus/bus.h"

namespace flagstream::bus {

// The bus of a single node: Publish calls the listener, on the publisher's thread, before it
// returns; several publishers at once call it at once. Nothing is lost and nothing can fail. All
// calls are safe from any thread, but Stop not from the listener.
class LocalBus final : public Bus {
 public:
  LocalBus() = default;
  // As Stop.
  ~LocalBus() override;
  LocalBus(const LocalBus&) = delete;
  LocalBus& operator=(const LocalBus&) = delete;

  void Listen(Listener listener) override EXCLUDES(mutex_);
  // After Stop, and before Listen, changes are dropped.
  void Publish(const Change& change) override EXCLUDES(mutex_);
  // Waits for listeners that run.
  void Stop() override EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar idle_;
  Listener listener_ GUARDED_BY(mutex_);  // not changed while publishing_ > 0
  size_t publishing_ GUARDED_BY(mutex_) = 0;
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace flagstream::bus
