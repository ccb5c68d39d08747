// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/ids.h"
#include "wire/sdk.h"

namespace flagstream::api {

// Whom a stream of an identity is for: what it is served depends on the kind of key, too.
struct StreamIdentity {
  EnvironmentId environment;
  wire::KeyKind kind = wire::KeyKind::kClient;
  std::string identifier;
};

}  // namespace flagstream::api
