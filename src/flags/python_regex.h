// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flagstream::flags {

// A pattern of Python's `re` in the syntax of PCRE2. Nothing if Python would refuse it; the few
// patterns that only PCRE2 can refuse are left to it. The two differ in their escapes, flags and
// groups, and PCRE2 takes much that Python does not. Names of characters (\N{...}) are refused.
std::optional<std::string> TranslatePythonRegex(std::string_view pattern);

}  // namespace flagstream::flags
