// SPDX-License-Identifier: Apache-2.0
#include "service/limit_refusals.h"

#include <string_view>

#include "telemetry/limit_refusals.h"

namespace flagstream::service {
namespace {

// In the order of the limits.
constexpr std::string_view kNames[] = {
    "organisations_per_user",
    "master_keys_per_organisation",
    "projects_per_organisation",
    "environments_per_project",
    "server_keys_per_environment",
    "features_per_project",
    "options_per_feature",
    "tags_per_project",
    "segments_per_project",
    "rules_per_segment",
    "conditions_per_segment",
    "segment_overrides_per_environment",
    "identities_per_environment",
    "traits_per_identity",
    "identity_overrides_per_environment",
};
static_assert(std::size(kNames) ==
              static_cast<size_t>(Limit::kIdentityOverridesPerEnvironment) + 1);

}  // namespace

LimitRefusals::LimitRefusals(telemetry::Registry& registry) {
  for (const std::string_view name : kNames)
    counters_.push_back(&telemetry::AddLimitRefusals(registry, name));
}

}  // namespace flagstream::service
