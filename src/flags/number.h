// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "flags/scalar.h"

// Numbers in the texts of conditions, read as the reference reads them but for underscores between
// digits and digits beyond ASCII, which nobody relies on. White space around a number is dropped.
namespace flagstream::flags {

// An optional sign and digits. Borrows them.
std::optional<Scalar> ParseInteger(std::string_view text);
// Decimal or exponent notation, "inf", "infinity" or "nan" in any case, each with an optional sign.
// Infinite beyond the largest double.
std::optional<double> ParseFloat(std::string_view text);

}  // namespace flagstream::flags
