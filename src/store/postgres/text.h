// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// Our text is any bytes, PostgreSQL's is valid UTF-8 without NUL.
namespace flagstream::store::postgres {

// What PostgreSQL can keep: NUL, the byte 1 and bytes that are not UTF-8 become the byte 1 followed
// by "0", "1" and two hexadecimal digits; all else stays, so that the text reads well in psql.
// Equal only for equal texts, and in the order of bytes for texts that are UTF-8.
std::string EncodeText(std::string_view text);
// The other way. What EncodeText did not make comes back as it is.
std::string DecodeText(std::string_view stored);

}  // namespace flagstream::store::postgres
