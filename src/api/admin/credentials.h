// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "net/request.h"

namespace flagstream::api {

struct Credentials {
  enum class Kind { kUserToken, kMasterKey };

  Kind kind = Kind::kUserToken;
  std::string text;
};

// What `Authorization: Token <token>` or `Authorization: Api-Key <key>` brings. kUnauthenticated
// with the reference's sentence if there is neither.
Result<Credentials> ReadCredentials(const net::Request& request);

}  // namespace flagstream::api
