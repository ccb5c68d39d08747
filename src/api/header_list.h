// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Reading of header values (RFC 9110, 5.6).
namespace flagstream::api {

// Without spaces and tabs at both ends.
std::string_view TrimBlanks(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
// The first element of a comma-separated list, trimmed; `list` then begins behind its comma. A
// comma within quotes is text. Elements may be empty.
std::string_view TakeListElement(std::string_view& list);

}  // namespace flagstream::api
