// SPDX-License-Identifier: Apache-2.0
#include "api/admin/feature_state_json.h"

#include <utility>

#include "api/admin/flag_value_json.h"
#include "api/admin/time_json.h"

namespace flagstream::api {
namespace {

// More than a feature may have options.
constexpr size_t kWeightsMax = 1'000;

wire::Json Encode(const service::FeatureStateView& view, wire::Json value, wire::Json identity) {
  const store::FeatureState& state = view.state;
  wire::Json json;
  json.Set("id", state.id);
  json.Set("feature_state_value", std::move(value));
  json.Set("multivariate_feature_state_values", WeightsJson(view.weights));
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
  json.Set("feature_segment", wire::Json::From(state.feature_segment_id));
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

wire::Json WeightsJson(const service::WeightRows& weights) {
  wire::Json::Array list;
  for (const auto& weight : weights) {
    wire::Json json;
    json.Set("id", weight.id);
    json.Set("multivariate_feature_option", weight.multivariate_option_id);
    json.Set("percentage_allocation", weight.percentage_allocation);
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

service::Given<std::vector<service::StateWeight>> ReadWeights(BodyReader& body) {
  return body.Objects("multivariate_feature_state_values", kWeightsMax, [](BodyReader& element) {
    service::StateWeight weight;
    weight.option = {element.Key("multivariate_feature_option", Presence::kRequired).value_or(0)};
    weight.percentage =
        element.Number("percentage_allocation", 0, 100, Presence::kRequired).value_or(0);
    return weight;
  });
}

Reply StateExistsReply(const Error& error) {
  return JsonReply(wire::Json::Array{"['" + error.message() + "']"}, 400);
}

service::FeatureStateInput ReadStateInput(BodyReader& body) {
  service::FeatureStateInput input;
  input.enabled = body.Boolean("enabled");
  if (const auto feature = body.Key("feature")) input.feature = FeatureId{*feature};
  if (const auto environment = body.Key("environment"))
    input.environment = EnvironmentId{*environment};
  input.weights = ReadWeights(body);
  return input;
}

}  // namespace flagstream::api
