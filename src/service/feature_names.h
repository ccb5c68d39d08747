// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "store/records.h"

namespace flagstream::service {

// The form in which names of features are compared: two features of a project may not differ in
// case alone. ASCII letters only; other scripts are compared as they are.
std::string FoldFeatureName(std::string_view name);

// What is wrong with the name of a new feature; empty if it is one that the project's pattern takes
// as a whole. A pattern that is none, as an import may bring along, takes no name.
std::string FeatureNameProblem(const store::Project& project, std::string_view name);

}  // namespace flagstream::service
