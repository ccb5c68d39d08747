// SPDX-License-Identifier: Apache-2.0
#include "api/admin/feature_state_json.h"

#include <utility>

#include "api/admin/flag_value_json.h"
#include "api/admin/time_json.h"

namespace flagstream::api {
namespace {

wire::Json Encode(const service::FeatureStateView& view, wire::Json value, wire::Json identity) {
  const store::FeatureState& state = view.state;
  wire::Json json;
  json.Set("id", state.id);
  json.Set("feature_state_value", std::move(value));
  json.Set("multivariate_feature_state_values", wire::Json::Array());
  json.Set("identity", std::move(identity));
  json.Set("deleted_at", wire::Json());
  json.Set("uuid", state.uuid);
  json.Set("enabled", state.enabled);
  json.Set("created_at", TimeJson(state.created_at));
  json.Set("updated_at", TimeJson(state.updated_at));
  json.Set("live_from", TimeJson(state.live_from));
  json.Set("version", state.version);
  json.Set("feature", state.feature_id);
  json.Set("environment", state.environment_id);
  json.Set("feature_segment", wire::Json());
  json.Set("change_request", wire::Json());
  json.Set("environment_feature_version", wire::Json());
  return json;
}

wire::Json IdentityJson(const service::FeatureStateView& view) {
  if (!view.state.identity_id) return {};
  wire::Json json;
  json.Set("id", *view.state.identity_id);
  json.Set("identifier", view.identifier);
  return json;
}

}  // namespace

wire::Json StateJson(const service::FeatureStateView& view) {
  return Encode(view, PlainValueJson(view.value), wire::Json::From(view.state.identity_id));
}

wire::Json ListedStateJson(const service::FeatureStateView& view) {
  return Encode(view, PlainValueJson(view.value), IdentityJson(view));
}

wire::Json FlatStateJson(const service::FeatureStateView& view) {
  return Encode(view, TypedValueJson(view.value), wire::Json::From(view.state.identity_id));
}

wire::Json ShortStateJson(const service::FeatureStateView& view) {
  wire::Json json;
  json.Set("feature", view.state.feature_id);
  json.Set("enabled", view.state.enabled);
  return json;
}

service::FeatureStateInput ReadStateInput(BodyReader& body) {
  service::FeatureStateInput input;
  input.enabled = body.Boolean("enabled");
  if (const auto feature = body.Key("feature")) input.feature = FeatureId{*feature};
  if (const auto environment = body.Key("environment"))
    input.environment = EnvironmentId{*environment};
  body.RefuseElements("multivariate_feature_state_values",
                      "Multivariate features are not supported yet.");
  return input;
}

}  // namespace flagstream::api
