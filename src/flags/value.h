// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace flagstream::flags {

// A flag's value: null, boolean, integer or text. Never a float: a float typed in becomes text.
using FlagValue = std::variant<std::monostate, bool, int64_t, std::string>;

// A trait's value; never null once stored.
using TraitValue = std::variant<bool, int64_t, double, std::string>;

struct Trait {
  std::string key;
  TraitValue value;

  bool operator==(const Trait&) const = default;
};

// A number as Flagsmith writes it where a value becomes text: the shortest decimal that reads back
// exactly, with a point if it is whole ("1.0"), and an exponent of at least two digits below 1e-4
// and from 1e16 on ("1e-05", "1e+16").
std::string TextOf(double value);
// The same, written into `buffer`.
std::string_view WriteText(double value, std::array<char, 32>& buffer);
// A value as text: "True" and "False", decimal digits, floats as above, text as it is.
std::string TextOf(const TraitValue& value);

}  // namespace flagstream::flags
