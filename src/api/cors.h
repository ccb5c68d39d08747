// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "net/request.h"
#include "net/response.h"

namespace flagstream::api {

// On every answer: any page may read it. There is nothing to protect with origins, because no
// request is authenticated by what a browser adds by itself (cookies).
inline constexpr std::string_view kCorsHeaderLines =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: X-Flagsmith-Document-Updated-At, Flagsmith-Version, "
    "Retry-After, ETag, Link\r\n";

// The answer to OPTIONS: 204 with `allow` and, to a preflight, permission to send any of our
// methods with the headers it asks for, because SDK users add headers of their own.
net::Response OptionsAnswer(const net::Request& request, std::string_view allow);

}  // namespace flagstream::api
