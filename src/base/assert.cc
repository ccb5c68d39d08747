// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace flagstream::base_assert {

void Fail(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "flagstream: broken assumption: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace flagstream::base_assert
