// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace flagstream {

std::string HexEncode(std::string_view bytes);
// SHA-256 of `data` as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view data);
// Whether two secrets are equal, in time that depends on their lengths alone.
bool SecretsEqual(std::string_view a, std::string_view b);

}  // namespace flagstream
