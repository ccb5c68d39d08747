// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "wire/json.h"

// The reference is written in Python, and some of its texts show it.
namespace flagstream::wire {

// What it calls the type of a value in its error sentences: "dict", "list", "str", "int", "float",
// "bool", "NoneType".
std::string_view PythonTypeName(const Json& value);

// A value as it stores it where text is wanted: text as it is, all else as in
// "{'a': [1, 'x', True, None]}". Beyond ASCII only control characters and the no-break space are
// escaped.
std::string PythonText(const Json& value);

}  // namespace flagstream::wire
