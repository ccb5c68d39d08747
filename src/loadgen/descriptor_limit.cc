// SPDX-License-Identifier: Apache-2.0
#include "loadgen/descriptor_limit.h"

#include <sys/resource.h>

namespace flagstream::loadgen {

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace flagstream::loadgen
