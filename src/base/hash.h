// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace flagstream {

std::string HexEncode(std::string_view bytes);
using Sha256Digest = std::array<unsigned char, 32>;
Sha256Digest Sha256(std::string_view data);
// SHA-256 of `data` as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view data);
// Whether two secrets are equal, in time that depends on their lengths alone.
bool SecretsEqual(std::string_view a, std::string_view b);

}  // namespace flagstream
