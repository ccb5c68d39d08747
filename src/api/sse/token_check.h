// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/request.h"

namespace flagstream::api {

// Whether the request has `Authorization: Token <token>`; the time it takes tells nothing of the
// token. kUnauthenticated with the reference's sentences if not.
Result<> CheckToken(const net::Request& request, std::string_view token);

}  // namespace flagstream::api
