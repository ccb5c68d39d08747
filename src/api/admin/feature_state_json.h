// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "api/admin/body_reader.h"
#include "api/admin/call.h"
#include "service/feature_states.h"
#include "wire/json.h"

// Feature states, which three families of endpoints show in three ways.
namespace flagstream::api {

// One by itself, with its value as plain JSON; `identity` is an id.
wire::Json StateJson(const service::FeatureStateView& view);
// An element of a list; `identity` is an object.
wire::Json ListedStateJson(const service::FeatureStateView& view);
// With its value as a typed object.
wire::Json FlatStateJson(const service::FeatureStateView& view);

// What a PATCH of a state answers in the reference: these two alone.
wire::Json ShortStateJson(const service::FeatureStateView& view);

// [{"id", "multivariate_feature_option", "percentage_allocation"}].
wire::Json WeightsJson(const service::WeightRows& weights);
// The member `multivariate_feature_state_values` of a body.
service::Given<std::vector<service::StateWeight>> ReadWeights(BodyReader& body);

// How the reference says that there is such a state already: a list in Python's form in a list.
Reply StateExistsReply(const Error& error);

// What a body changes, but for the value, whose form differs.
service::FeatureStateInput ReadStateInput(BodyReader& body);

}  // namespace flagstream::api
