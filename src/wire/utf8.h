// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace flagstream::wire {

// Whether `text` is UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, up to U+10FFFF.
bool IsValidUtf8(std::string_view text);

// How many code points valid UTF-8 has.
size_t CountCodePoints(std::string_view text);

}  // namespace flagstream::wire
