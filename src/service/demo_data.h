// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "service/context.h"
#include "service/writing.h"

// What `--demo` puts into a store: one project to try things with, whose keys everybody knows.
namespace flagstream::service {

inline constexpr std::string_view kDemoDevelopmentKey = "demo-development";
inline constexpr std::string_view kDemoProductionKey = "demo-production";

// Whether it is there already.
Result<bool> HasDemoData(store::Reader& reader);

// Adds the project "Demo" to the organisation: two environments, a few features, an identity with
// an override. On an empty store it becomes project 1.
Result<void> AddDemoData(Writing& writing, int64_t organisation);

// The id of a feature state of the demo's development environment, for examples; unset if the demo
// is not there.
Result<std::optional<int64_t>> FindDemoFeatureState(const Context& context);

}  // namespace flagstream::service
