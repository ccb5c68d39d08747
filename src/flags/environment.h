// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/stamp.h"
#include "flags/value.h"

// One environment with everything that decides what its clients are served, as plain data.
// Times are microseconds since 1970 UTC.
namespace flagstream::flags {

enum class FeatureType { kStandard, kMultivariate };

struct Feature {
  FeatureId id;
  std::string name;
  FeatureType type = FeatureType::kStandard;
  int64_t created_micros = 0;
  std::optional<std::string> description;
  std::optional<std::string> initial_value;
  bool default_enabled = false;
  bool is_server_key_only = false;
};

// `enabled` and value for one feature: the environment's default, or an identity's override.
struct FeatureState {
  FeatureStateId id;
  std::string uuid;
  FeatureId feature;
  bool enabled = false;
  FlagValue value;
};

struct IdentityOverride {
  IdentityId identity;
  std::string identifier;
  std::string uuid;
  int64_t created_micros = 0;
  std::vector<FeatureState> feature_states;  // ascending by feature
};

struct Organisation {
  OrganisationId id;
  std::string name;
  bool feature_analytics = false;
  bool stop_serving_flags = false;
  bool persist_trait_data = true;
};

struct Project {
  ProjectId id;
  std::string name;
  bool hide_disabled_flags = false;
  bool enable_realtime_updates = true;
};

// A key of the kind `ser.`: it may read the environment document and sees server-key-only features.
struct ServerKey {
  std::string key;
  bool active = true;
  std::optional<int64_t> expires_micros;
};

struct Environment {
  EnvironmentId id;
  std::string name;
  std::string client_key;
  std::vector<ServerKey> server_keys;

  Stamp stamp;
  Stamp previous_stamp;  // Stamp() before the first change
  int64_t revision = 0;

  std::optional<bool> hide_disabled_flags;  // unset: as the project
  bool hide_sensitive_data = false;
  bool allow_client_traits = true;
  bool use_identity_composite_key_for_hashing = true;
  bool use_identity_overrides_in_local_eval = true;

  Project project;
  Organisation organisation;
  std::vector<Feature> features;                     // ascending by id
  std::vector<FeatureState> feature_states;          // one per feature, in the order of `features`
  std::vector<IdentityOverride> identity_overrides;  // ascending by identity id

  bool HidesDisabledFlags() const {
    return hide_disabled_flags.value_or(project.hide_disabled_flags);
  }
};

}  // namespace flagstream::flags
