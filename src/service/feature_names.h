// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace flagstream::service {

// The form in which names of features are compared: two features of a project may not differ in
// case alone. ASCII letters only; other scripts are compared as they are.
std::string FoldFeatureName(std::string_view name);

}  // namespace flagstream::service
