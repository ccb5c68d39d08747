// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace flagstream::net {

// "%41" becomes 'A'. A '%' that two hex digits do not follow is kept as it is, and bytes that are
// not UTF-8 after decoding become U+FFFD, so the result is valid UTF-8. It may hold NUL.
std::string DecodePercent(std::string_view encoded);

// The same by the rules of forms and query strings: '+' is a space.
std::string DecodeFormText(std::string_view encoded);

}  // namespace flagstream::net
