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

// A value that a multivariate feature may give instead of its control value.
struct MultivariateOption {
  MultivariateOptionId id;
  FlagValue value;
  std::optional<std::string> key;  // names the variant in results
};

struct Feature {
  FeatureId id;
  std::string name;
  FeatureType type = FeatureType::kStandard;
  int64_t created_micros = 0;
  std::optional<std::string> description;
  std::optional<std::string> initial_value;
  bool default_enabled = false;
  bool is_server_key_only = false;
  std::vector<MultivariateOption> options;  // ascending by id
};

// How much of its identities a feature state gives an option of its feature. Weights are percent;
// what they leave of 100 gets the control value.
struct Variant {
  int64_t id = 0;  // also its place in the order of choice
  std::string uuid;
  MultivariateOptionId option;
  double weight = 0;
};

// `enabled` and value for one feature: the environment's default, a segment's override or an
// identity's.
struct FeatureState {
  FeatureStateId id;
  std::string uuid;
  FeatureId feature;
  bool enabled = false;
  FlagValue value;  // with variants, the control value
  // What variants are chosen by, beside the identity: its own id, or that of the state it is a copy
  // of, so that identities keep their variants.
  int64_t hash_seed = 0;
  std::vector<Variant> variants;  // ascending by id
};

// How a rule joins its conditions, and also how it joins its sub-rules.
enum class RuleType { kAll, kAny, kNone };

struct Condition {
  std::string operator_name;  // as in documents: EQUAL, IN, ...; an unknown one is never true
  std::string property;       // name of a trait, or a JSONPath into the context
  std::optional<std::string> value;
  // What `value` lists if it is a JSON list, as IN compares it: set by who reads the condition.
  std::optional<std::vector<std::string>> list = {};
};

struct SegmentRule {
  RuleType type = RuleType::kAll;
  std::vector<Condition> conditions;
  std::vector<SegmentRule> rules;
};

// What identities of a segment are served for one feature in this environment.
struct SegmentOverride {
  FeatureSegmentId id;
  int64_t priority = 0;  // among the overrides of the feature: the lowest wins
  FeatureState state;
};

struct Segment {
  SegmentId id;
  std::string name;
  std::optional<FeatureId> feature;  // set: it may override only this feature
  std::vector<SegmentRule> rules;
  std::vector<SegmentOverride> overrides;  // ascending by feature
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
  std::vector<Segment> segments;                     // of the project, ascending by id
  std::vector<IdentityOverride> identity_overrides;  // ascending by identity id

  bool HidesDisabledFlags() const {
    return hide_disabled_flags.value_or(project.hide_disabled_flags);
  }
};

}  // namespace flagstream::flags
