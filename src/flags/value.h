// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
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

}  // namespace flagstream::flags
