// SPDX-License-Identifier: Apache-2.0
#include "server/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/assert.h"
#include "net/owned_fd.h"

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

int WaitForStop(int readable) {
  const sigset_t signals = StopSignals();
  const net::OwnedFd pending(signalfd(-1, &signals, SFD_CLOEXEC));
  FLAGSTREAM_ASSERT(pending.get() >= 0);
  std::array<pollfd, 2> wait{{{pending.get(), POLLIN, 0}, {readable, POLLIN, 0}}};
  while (poll(wait.data(), wait.size(), /*timeout=*/-1) < 0) FLAGSTREAM_ASSERT(errno == EINTR);
  if (wait[0].revents == 0) return 0;
  signalfd_siginfo info{};
  FLAGSTREAM_ASSERT(read(pending.get(), &info, sizeof info) == sizeof info);
  FLAGSTREAM_ASSERT(pthread_sigmask(SIG_UNBLOCK, &signals, nullptr) == 0);
  return static_cast<int>(info.ssi_signo);
}

}  // namespace flagstream::server
