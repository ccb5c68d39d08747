// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/written.h"

namespace flagstream::service {

// "Tell everyone now": gives the environment a new stamp though nothing in it changed, so that its
// clients fetch. For whoever holds the publish token; there is no user behind it and nothing to
// audit. kNotFound if there is no such environment. Blocking.
Result<Written<Done>> AnnounceEnvironment(const Context& context, EnvironmentId environment);

}  // namespace flagstream::service
