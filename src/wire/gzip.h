// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace flagstream::wire {

// `bytes` as one gzip member (RFC 1952) without a time, so that equal input gives equal output.
// `level` is zlib's, 1 (fast) to 9 (small).
std::string GzipCompress(std::string_view bytes, int level);

// The content of a gzip stream. kTooLarge if it has more than `size_max` bytes, kInvalidArgument if
// it is damaged or not all of `bytes`.
Result<std::string> GzipDecompress(std::string_view bytes, size_t size_max);

}  // namespace flagstream::wire
