// SPDX-License-Identifier: Apache-2.0
#include "server/signals.h"

#include <csignal>

#include "base/assert.h"

namespace flagstream::server {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  FLAGSTREAM_ASSERT(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  std::signal(SIGPIPE, SIG_IGN);
}

int WaitForStop() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  FLAGSTREAM_ASSERT(sigwait(&signals, &signal) == 0);
  FLAGSTREAM_ASSERT(pthread_sigmask(SIG_UNBLOCK, &signals, nullptr) == 0);
  return signal;
}

}  // namespace flagstream::server
