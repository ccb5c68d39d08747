// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "flags/value.h"
#include "service/writing.h"
#include "store/records.h"

// The environment-default states that features and environments are born with.
namespace flagstream::service {

// What an initial value, always text, is read as: a whole number whose size is below 2147483647,
// true or false in the reference's two spellings, else text. Unset is null.
flags::FlagValue TypeInitialValue(const std::optional<std::string>& initial_value);

// Stores the default of `feature` in the environment, as the feature and its options say, or off
// and null where the project prevents defaults.
Result<void> AddDefaultState(Writing& writing, const store::Project& project,
                             const store::Feature& feature, int64_t environment);

// A row for a state that is live from now on.
store::FeatureState NewFeatureState(const Writing& writing, int64_t environment, int64_t feature,
                                    bool enabled, const flags::FlagValue& value);

}  // namespace flagstream::service
