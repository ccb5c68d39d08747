// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flagstream::api {

// Whether to send gzip to a client with this Accept-Encoding: it takes gzip (by name or by "*") and
// does not prefer plain bytes. What cannot be read counts as not sent.
bool PrefersGzip(std::string_view accept_encoding);

}  // namespace flagstream::api
