// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string_view>

namespace flagstream::flags {

// A version by Semantic Versioning 2.0.0, strictly. Borrows its text.
struct Version {
  std::array<std::string_view, 3> numbers;  // major, minor, patch; of any size
  std::string_view prerelease;              // empty: none
  std::string_view build;                   // empty: none; does not count in the order
};

std::optional<Version> ParseVersion(std::string_view text);
// Precedence: equal for versions that differ in their build alone.
std::strong_ordering CompareVersions(const Version& a, const Version& b);

}  // namespace flagstream::flags
