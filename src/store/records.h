// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

// The entities as the store keeps them, one struct per table. Times are microseconds since 1970
// UTC. `id` 0 = not stored yet. Their columns are listed in store/columns.h, their SQL is in
// store/migrations/.
namespace flagstream::store {

struct User {
  int64_t id = 0;
  std::string uuid;
  std::string email;  // lower case; unique
  std::string first_name;
  std::string last_name;
  std::string password_hash;
  std::optional<std::string> sign_up_type;
  bool is_active = true;
  bool is_superuser = false;
  bool marketing_consent_given = false;
  int64_t date_joined = 0;
  std::optional<int64_t> last_login;
};

struct Token {
  int64_t id = 0;
  int64_t user_id = 0;
  std::string key_hash;  // SHA-256, hexadecimal; unique
  int64_t created_at = 0;
  bool is_api = false;  // made by the operator for programs: log-ins leave it alone
};

struct Organisation {
  int64_t id = 0;
  std::string uuid;
  std::string name;
  int64_t created_date = 0;
  std::optional<std::string> webhook_notification_email;
  bool persist_trait_data = true;
  bool stop_serving_flags = false;
  bool feature_analytics = false;
  bool block_access_to_admin = false;
  bool restrict_project_create_to_admin = false;
  bool force_2fa = false;
};

struct Membership {
  int64_t id = 0;
  int64_t user_id = 0;  // unique with organisation_id
  int64_t organisation_id = 0;
  std::string role;  // ADMIN or USER
  int64_t date_joined = 0;
};

// What a user may do in an organisation, a project or an environment: exactly one of them is set.
// Unique with the user.
struct UserPermission {
  int64_t id = 0;
  int64_t user_id = 0;
  std::optional<int64_t> organisation_id;
  std::optional<int64_t> project_id;
  std::optional<int64_t> environment_id;
  bool admin = false;       // of the project or environment; in an organisation the role says it
  std::string permissions;  // keys, separated by blanks
};

// A key that acts as an administrator of its organisation.
struct MasterApiKey {
  int64_t id = 0;
  int64_t organisation_id = 0;
  std::string prefix;    // what it is known by; unique
  std::string key_hash;  // of all of it: SHA-256, hexadecimal
  std::string name;
  int64_t created = 0;
  bool revoked = false;
  std::optional<int64_t> expiry_date;
  std::optional<int64_t> created_by_id;  // a user, who may be gone
};

struct Project {
  int64_t id = 0;
  std::string uuid;
  int64_t organisation_id = 0;  // unique with name
  std::string name;
  int64_t created_date = 0;
  bool hide_disabled_flags = false;
  bool prevent_flag_defaults = false;
  bool enable_realtime_updates = true;
  bool only_allow_lower_case_feature_names = true;
  std::optional<std::string> feature_name_regex;
  std::optional<int64_t> stale_flags_limit_days = 30;
  std::optional<int64_t> minimum_change_request_approvals;
  bool enforce_feature_owners = false;
};

struct Environment {
  int64_t id = 0;
  std::string uuid;
  int64_t project_id = 0;  // unique with name
  std::string name;
  std::string api_key;  // the client-side key; unique
  std::optional<std::string> description;
  int64_t created_date = 0;
  std::optional<int64_t> minimum_change_request_approvals;
  bool allow_client_traits = true;
  std::optional<std::string> banner_text;
  std::optional<std::string> banner_colour;
  std::optional<bool> hide_disabled_flags;
  bool use_identity_composite_key_for_hashing = true;
  bool hide_sensitive_data = false;
  bool use_identity_overrides_in_local_eval = true;
  int64_t stamp = 0;           // microseconds; issued by store/stamping.h
  int64_t previous_stamp = 0;  // 0 before the first change
  int64_t revision = 0;        // raised by every write that alters what a replica holds
};

struct EnvironmentApiKey {
  int64_t id = 0;
  int64_t environment_id = 0;
  std::string key;  // "ser." + 22 characters; unique
  std::string name;
  bool active = true;
  int64_t created_at = 0;
  std::optional<int64_t> expires_at;
};

struct Feature {
  int64_t id = 0;
  std::string uuid;
  int64_t project_id = 0;  // unique with name_folded
  std::string name;
  std::string name_folded;  // lower case
  std::string type;         // STANDARD or MULTIVARIATE
  bool default_enabled = false;
  std::optional<std::string> initial_value;
  std::optional<std::string> description;
  bool is_archived = false;
  bool is_server_key_only = false;
  int64_t created_date = 0;
};

struct FeatureOwner {
  int64_t id = 0;
  int64_t feature_id = 0;  // unique with user_id
  int64_t user_id = 0;
};

struct Tag {
  int64_t id = 0;
  std::string uuid;
  int64_t project_id = 0;
  std::string label;
  std::string color;
  std::optional<std::string> description;
  bool is_permanent = false;
  bool is_system_tag = false;
  std::string type;  // NONE, STALE, GITHUB, UNHEALTHY or GITLAB
};

struct FeatureTag {
  int64_t id = 0;
  int64_t feature_id = 0;  // unique with tag_id
  int64_t tag_id = 0;
};

// A value that a multivariate feature may give instead of its control value.
struct MultivariateOption {
  int64_t id = 0;
  std::string uuid;
  int64_t feature_id = 0;
  std::string value_type;  // as of FeatureState
  std::optional<std::string> value;
  double default_percentage_allocation = 100;
  std::optional<std::string> key;  // names the variant; unique in the feature
};

struct Segment {
  int64_t id = 0;
  std::string uuid;
  int64_t project_id = 0;
  std::string name;
  std::optional<std::string> description;
  std::optional<int64_t> feature_id;  // set: it may override only this feature
  int64_t created_at = 0;
  int64_t updated_at = 0;
  int64_t version = 1;  // raised by each change of its definition
};

struct SegmentRule {
  int64_t id = 0;
  int64_t segment_id = 0;
  std::optional<int64_t> parent_id;  // the rule it is a sub-rule of; unset at the top level
  int64_t position = 0;              // among those of the same parent
  std::string type;                  // ALL, ANY or NONE
};

struct SegmentCondition {
  int64_t id = 0;
  int64_t segment_id = 0;
  int64_t rule_id = 0;
  int64_t position = 0;       // in its rule
  std::string operator_name;  // EQUAL, IN, PERCENTAGE_SPLIT, ...
  std::optional<std::string> property;
  std::optional<std::string> value;
  std::optional<std::string> description;
};

// That a segment overrides a feature in an environment; a feature state hangs on it.
struct FeatureSegment {
  int64_t id = 0;
  std::string uuid;
  int64_t feature_id = 0;  // unique with segment_id and environment_id
  int64_t segment_id = 0;
  int64_t environment_id = 0;
  int64_t priority = 0;  // from 0 without gaps per feature and environment; the lowest wins
};

// The environment default of a feature, or, with `identity_id`, that identity's override, or, with
// `feature_segment_id`, a segment override.
struct FeatureState {
  int64_t id = 0;
  std::string uuid;
  int64_t environment_id = 0;
  int64_t feature_id = 0;              // with environment_id unique among defaults,
  std::optional<int64_t> identity_id;  // with identity_id unique among identity overrides
  bool enabled = false;
  std::string value_type;  // "unicode", "int" or "bool"; what the value is read as
  std::optional<std::string>
      value;  // as text: the text, decimal digits, "true" or "false"; unset = null
  int64_t created_at = 0;
  int64_t updated_at = 0;
  int64_t live_from = 0;
  int64_t version = 1;
  std::optional<int64_t> feature_segment_id;  // unique
  int64_t hash_seed = 0;  // what variants are chosen by, kept by copies; 0 = the id
};

// How much of its identities a feature state gives an option of its feature.
struct MultivariateFeatureStateValue {
  int64_t id = 0;
  std::string uuid;
  int64_t feature_state_id = 0;  // unique with multivariate_option_id
  int64_t multivariate_option_id = 0;
  double percentage_allocation = 0;
};

struct Identity {
  int64_t id = 0;
  std::string uuid;
  int64_t environment_id = 0;  // unique with identifier
  std::string identifier;
  int64_t created_date = 0;
  int64_t stamp = 0;          // of its last trait write, or its last deletion; 0 = none
  int64_t base_revision = 0;  // the environment's revision that stamp was issued on
};

// What clients may hold of an identity that was deleted. Kept by store/stamping.h until stamps of
// the environment are later.
struct DeletedIdentity {
  int64_t id = 0;
  int64_t environment_id = 0;  // unique with identifier
  std::string identifier;
  int64_t stamp = 0;          // that it was deleted with
  int64_t base_revision = 0;  // the environment's revision that stamp was issued on
};

struct Trait {
  int64_t id = 0;
  int64_t identity_id = 0;  // unique with trait_key
  std::string trait_key;
  std::string value_type;  // "unicode", "int", "float" or "bool"
  std::string value;       // as text; floats in the shortest form that reads back exactly
  int64_t created_date = 0;
};

struct AuditLog {
  int64_t id = 0;
  int64_t created_date = 0;
  std::string log;
  std::optional<int64_t> author_id;
  std::optional<int64_t> organisation_id;
  std::optional<int64_t> project_id;
  std::optional<int64_t> environment_id;
  int64_t related_object_id = 0;
  std::optional<std::string> related_object_uuid;
  std::string related_object_type;
  std::string change_type;                // CREATE, UPDATE or DELETE
  std::string changes;                    // JSON array of {"field","old","new"}
  std::optional<std::string> author_key;  // the name of the master API key that did it
};

// The defaults of an environment's features as a file.
struct FeatureExport {
  int64_t id = 0;
  int64_t environment_id = 0;
  std::string name;
  std::string status;  // SUCCESS
  int64_t created_at = 0;
  std::string content;  // JSON
};

// That such a file was read into an environment.
struct FeatureImport {
  int64_t id = 0;
  int64_t environment_id = 0;
  std::string strategy;  // SKIP or OVERWRITE_DESTRUCTIVE
  std::string status;    // SUCCESS
  int64_t created_at = 0;
};

struct AnalyticsCount {
  int64_t id = 0;
  int64_t environment_id = 0;  // unique with feature_id and day
  int64_t feature_id = 0;
  int64_t day = 0;  // days since 1970
  int64_t count = 0;
};

// How often SDKs asked for what on one day.
struct RequestCount {
  int64_t id = 0;
  int64_t environment_id = 0;  // unique with day
  int64_t day = 0;             // days since 1970
  int64_t flags = 0;
  int64_t identities = 0;
  int64_t traits = 0;
  int64_t environment_document = 0;
};

}  // namespace flagstream::store
