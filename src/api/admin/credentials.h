// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "net/request.h"

namespace flagstream::api {

// The token of `Authorization: Token <token>`. kUnauthenticated with the reference's sentence if
// there is none.
Result<std::string> ReadToken(const net::Request& request);

}  // namespace flagstream::api
