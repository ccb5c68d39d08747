// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace flagstream {

// The double nearest to a number in JSON's notation, ties to even; zero if it is too small for one.
// Nothing if it is too large, or `text` is no such number.
std::optional<double> ParseDecimal(std::string_view text);

}  // namespace flagstream
