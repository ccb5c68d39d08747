// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace flagstream::service {

// How much of everything there may be. At a limit new things are refused with kTooLarge; what
// exists is kept and served.
struct Limits {
  int64_t tokens_per_user_max = 10;  // a further one takes the place of the oldest
  int64_t organisations_per_user_max = 100;
  int64_t master_keys_per_organisation_max = 100;
  int64_t projects_per_organisation_max = 1'000;
  int64_t environments_per_project_max = 100;
  int64_t server_keys_per_environment_max = 100;
  int64_t features_per_project_max = 1'000;
  int64_t options_per_feature_max = 100;
  int64_t tags_per_project_max = 1'000;
  int64_t segments_per_project_max = 500;
  int64_t segment_overrides_per_environment_max = 2'000;
  int64_t identities_per_environment_max = 1'000'000;
  int64_t traits_per_identity_max = 1'000;
  // Whose stamps are remembered after they were deleted: until the environment gets stamps, which
  // one more deletion gives it.
  int64_t deleted_identities_per_environment_max = 1'000;
  // Overrides are in the memory of every node.
  int64_t identity_overrides_per_environment_max = 10'000;
};

// What is refused at one of these is counted by the limit's name.
enum class Limit {
  kOrganisationsPerUser,
  kMasterKeysPerOrganisation,
  kProjectsPerOrganisation,
  kEnvironmentsPerProject,
  kServerKeysPerEnvironment,
  kFeaturesPerProject,
  kOptionsPerFeature,
  kTagsPerProject,
  kSegmentsPerProject,
  kRulesPerSegment,
  kConditionsPerSegment,
  kSegmentOverridesPerEnvironment,
  kIdentitiesPerEnvironment,
  kTraitsPerIdentity,
  kIdentityOverridesPerEnvironment,
};

inline constexpr size_t kFlagValueLengthMax = 20'000;  // characters
inline constexpr size_t kTraitValueLengthMax = 2'000;
inline constexpr size_t kTraitKeyLengthMax = 200;
inline constexpr size_t kFeatureNameLengthMax = 2'000;
inline constexpr size_t kTagLabelLengthMax = 100;
inline constexpr size_t kTagColorLengthMax = 10;
inline constexpr size_t kTagDescriptionLengthMax = 512;
inline constexpr size_t kConditionTextLengthMax = 1'000;  // of its property and of its value
inline constexpr size_t kConditionsPerSegmentMax = 100;
// A rule for each condition and one above each: more say nothing.
inline constexpr size_t kRulesPerSegmentMax = 2 * kConditionsPerSegmentMax;
inline constexpr int kRuleDepthMax = 2;  // rules in rules
inline constexpr size_t kDescriptionLengthMax = 20'000;
inline constexpr size_t kIdentifierLengthMax = 2'000;
inline constexpr size_t kNameLengthMax =
    2'000;  // of organisations, projects, environments, segments

}  // namespace flagstream::service
