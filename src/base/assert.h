// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flagstream::base_assert {
// Prints what broke and where to standard error and aborts.
[[noreturn]] void Fail(const char* expression, const char* file, int line);
}  // namespace flagstream::base_assert

// A broken assumption of ours: always checked, never about input. Says what and where, then aborts.
#define FLAGSTREAM_ASSERT(expression) \
  ((expression) ? void(0) : ::flagstream::base_assert::Fail(#expression, __FILE__, __LINE__))

#define FLAGSTREAM_UNREACHABLE() \
  ::flagstream::base_assert::Fail("this place is never reached", __FILE__, __LINE__)
