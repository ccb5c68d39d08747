// SPDX-License-Identifier: Apache-2.0
#include "service/announcement.h"

#include "service/writing.h"

namespace flagstream::service {

Result<Written<Done>> AnnounceEnvironment(const Context& context, EnvironmentId environment) {
  return Write<Done>(context, nullptr, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(writing.Hold<store::Environment>(environment.value));
    writing.Stamp(environment);
    return Done();
  });
}

}  // namespace flagstream::service
