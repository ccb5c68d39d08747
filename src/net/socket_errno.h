// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>

namespace flagstream::net {

// Whether a call on a non-blocking socket failed only because it is not its time yet.
inline bool IsNotYet(int error) {
  static_assert(EAGAIN == EWOULDBLOCK);
  return error == EAGAIN || error == EINTR;
}

}  // namespace flagstream::net
