// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flagstream::api {

// Seconds since 1970 of an HTTP date in any of its three forms (RFC 9110, 5.6.7); nothing if it is
// none. The name of the day is not checked. Years of two digits are those from 1970 to 2069.
std::optional<int64_t> ParseHttpDate(std::string_view text);

}  // namespace flagstream::api
