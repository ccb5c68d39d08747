// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flagstream::api {

// Whether If-None-Match names `etag` (with its quotes): in a list, as "*", or marked weak by a
// proxy that recoded the body on its way (RFC 9110, 13.1.2 asks for the weak comparison).
bool NamesEntityTag(std::string_view if_none_match, std::string_view etag);

}  // namespace flagstream::api
