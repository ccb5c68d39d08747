// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/json.h"

namespace flagstream::wire {

// What the value of an IN condition lists, if it is the text of a JSON list; each element as text.
// Nothing for any other text, which is a list with commas.
std::optional<std::vector<std::string>> ParseInList(std::string_view text);
// The same of a list that is one.
std::vector<std::string> InListOf(const Json::Array& elements);

}  // namespace flagstream::wire
