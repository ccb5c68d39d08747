// SPDX-License-Identifier: Apache-2.0
#include "replica/identity.h"

#include <algorithm>

namespace flagstream::replica {

Stamp AnswerStamp(const ServedEnvironment& served, const IdentityData& identity) {
  const flags::Environment& environment = served.environment();
  if (environment.revision < identity.base_revision) return environment.stamp;
  return std::max(environment.stamp, identity.stamp);
}

}  // namespace flagstream::replica
