// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "flags/value.h"

// Values of flags and traits as the store keeps them: the name of a type and text.
namespace flagstream::store {

struct FlagColumns {
  std::string value_type;            // "unicode", "int" or "bool"
  std::optional<std::string> value;  // unset = null

  bool operator==(const FlagColumns&) const = default;
};

struct TraitColumns {
  std::string value_type;  // "unicode", "int", "float" or "bool"
  std::string value;

  bool operator==(const TraitColumns&) const = default;
};

FlagColumns ToColumns(const flags::FlagValue& value);
// A float is kept in the shortest form that reads back exactly.
TraitColumns ToColumns(const flags::TraitValue& value);

// kCorrupt if `text` is not of the type.
Result<flags::FlagValue> ReadFlagValue(std::string_view value_type,
                                       const std::optional<std::string>& text);
Result<flags::TraitValue> ReadTraitValue(std::string_view value_type, const std::string& text);

}  // namespace flagstream::store
