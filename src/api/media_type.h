// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "net/request.h"
#include "net/response.h"

namespace flagstream::api {

// The 415 for a body that says to be something else than JSON; nothing if the body may be read as
// JSON. A body without a content type, and no body at all, may.
std::optional<net::Response> RefuseMediaType(const net::Request& request);

// The body to read as JSON: an empty one is an empty object, as the reference has it.
std::string_view JsonTextOf(const net::Request& request);

}  // namespace flagstream::api
