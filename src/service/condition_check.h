// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace flagstream::service {

// What is wrong with a condition, in its member "operator" or "value"; unset if it may be stored.
// What evaluation would quietly take for "never true" is refused here.
std::optional<FieldError> CheckCondition(std::string_view operator_name,
                                         const std::optional<std::string>& value);

}  // namespace flagstream::service
