// SPDX-License-Identifier: Apache-2.0
#include "api/admin/project_json.h"

namespace flagstream::api {

wire::Json ProjectJson(const store::Project& project) {
  wire::Json json;
  json.Set("id", project.id);
  json.Set("uuid", project.uuid);
  json.Set("name", project.name);
  json.Set("organisation", project.organisation_id);
  json.Set("hide_disabled_flags", project.hide_disabled_flags);
  json.Set("enable_dynamo_db", false);
  json.Set("migration_status", "NOT_APPLICABLE");
  json.Set("use_edge_identities", false);
  json.Set("prevent_flag_defaults", project.prevent_flag_defaults);
  json.Set("enable_realtime_updates", project.enable_realtime_updates);
  json.Set("only_allow_lower_case_feature_names", project.only_allow_lower_case_feature_names);
  json.Set("feature_name_regex", wire::Json::From(project.feature_name_regex));
  json.Set("show_edge_identity_overrides_for_feature", false);
  json.Set("stale_flags_limit_days", wire::Json::From(project.stale_flags_limit_days));
  json.Set("edge_v2_migration_status", "NOT_STARTED");
  json.Set("minimum_change_request_approvals",
           wire::Json::From(project.minimum_change_request_approvals));
  json.Set("enforce_feature_owners", project.enforce_feature_owners);
  return json;
}

wire::Json EnvironmentJson(const store::Environment& environment) {
  wire::Json json;
  json.Set("id", environment.id);
  json.Set("uuid", environment.uuid);
  json.Set("name", environment.name);
  json.Set("api_key", environment.api_key);
  json.Set("description", wire::Json::From(environment.description));
  json.Set("project", environment.project_id);
  json.Set("minimum_change_request_approvals",
           wire::Json::From(environment.minimum_change_request_approvals));
  json.Set("allow_client_traits", environment.allow_client_traits);
  json.Set("banner_text", wire::Json::From(environment.banner_text));
  json.Set("banner_colour", wire::Json::From(environment.banner_colour));
  json.Set("hide_disabled_flags", wire::Json::From(environment.hide_disabled_flags));
  json.Set("use_mv_v2_evaluation", environment.use_identity_composite_key_for_hashing);
  json.Set("use_identity_composite_key_for_hashing",
           environment.use_identity_composite_key_for_hashing);
  json.Set("hide_sensitive_data", environment.hide_sensitive_data);
  json.Set("use_v2_feature_versioning", false);
  json.Set("use_identity_overrides_in_local_eval",
           environment.use_identity_overrides_in_local_eval);
  json.Set("is_creating", false);
  json.Set("metadata", wire::Json::Array());
  return json;
}

}  // namespace flagstream::api
