// SPDX-License-Identifier: Apache-2.0
#include "service/identity_overrides.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/feature_state_json.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "wire/flag_text.h"

namespace flagstream::api {
namespace {

IdentityId IdentityOf(const Call& call) { return call.Id<IdentityId>("identity"); }
FeatureStateId IdOf(const Call& call) { return call.Id<FeatureStateId>("id"); }

wire::Json NamedWeightsJson(const service::IdentityFeature& one) {
  wire::Json::Array list;
  for (const service::IdentityFeature::NamedWeight& weight : one.weights) {
    wire::Json json;
    json.Set("multivariate_feature_option",
             wire::Json::Object{{"value", PlainValueJson(weight.value)}});
    json.Set("percentage_allocation", weight.percentage);
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

wire::Json OverriddenByJson(const service::IdentityFeature& one) {
  if (one.is_own_override) return {"IDENTITY"};
  return one.segment ? wire::Json("SEGMENT") : wire::Json();
}

wire::Json SegmentNameJson(const service::IdentityFeature& one) {
  if (!one.segment) return {};
  wire::Json json;
  json.Set("id", one.segment->id.value);
  json.Set("name", one.segment->name);
  return json;
}

wire::Json IdentityFeatureJson(const service::IdentityFeature& one) {
  wire::Json feature;
  feature.Set("id", one.feature.value);
  feature.Set("name", one.name);
  feature.Set("type", wire::FeatureTypeName(one.type));
  wire::Json json;
  json.Set("feature", std::move(feature));
  json.Set("enabled", one.enabled);
  json.Set("feature_state_value", PlainValueJson(one.value));
  json.Set("overridden_by", OverriddenByJson(one));
  json.Set("segment", SegmentNameJson(one));
  json.Set("multivariate_feature_state_values", NamedWeightsJson(one));
  return json;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto feature, ReadQueryId<FeatureId>(call.request, "feature"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.identity_overrides.List(call.caller, call.Text("key"),
                                                           IdentityOf(call), feature, page));
  return PagedReply(call, page, list, ListedStateJson);
}

Result<Reply> ListAll(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.identity_overrides.ListAll(
                                         call.caller, call.Text("key"), IdentityOf(call)));
  return ListReply(list, IdentityFeatureJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::OverrideInput input;
  input.feature = {body.Key("feature", Presence::kRequired).value_or(0)};
  input.enabled = body.Boolean("enabled").value_or(false);
  input.value = ReadPlainValue(body).value_or(flags::FlagValue());
  input.weights = ReadWeights(body).value_or(std::vector<service::StateWeight>());
  FLAGSTREAM_TRY(body.Check());
  auto written = call.use_cases.identity_overrides.Create(call.caller, call.Text("key"),
                                                          IdentityOf(call), input);
  if (!written && written.error().code() == ErrorCode::kConflict)
    return StateExistsReply(written.error());
  FLAGSTREAM_TRY(written);
  return JsonReply(StateJson(written->value), std::move(written->changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.identity_overrides.Get(call.caller, call.Text("key"),
                                                          IdentityOf(call), IdOf(call)));
  return JsonReply(StateJson(view));
}

Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::FeatureStateInput input = ReadStateInput(body);
  input.value = ReadPlainValue(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.identity_overrides.Update(call.caller, call.Text("key"),
                                                             IdentityOf(call), IdOf(call), input));
  return JsonReply(StateJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.identity_overrides.Delete(
                                      call.caller, call.Text("key"), IdentityOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<Reply> CopyFrom(const Call& call) {
  BodyReader body(call.body);
  const IdentityId source{body.Integer("source_identity_id", Presence::kRequired).value_or(0)};
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.identity_overrides.CopyFrom(
                                      call.caller, call.Text("key"), IdentityOf(call), source));
  wire::Json::Array list;
  for (const service::IdentityFeature& one : written.value)
    list.push_back(IdentityFeatureJson(one));
  return JsonReply(std::move(list), std::move(written.changes));
}

}  // namespace

void AddIdentityOverrideRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/{key}/identities/{identity:int}/featurestates/", List);
  endpoints.Post("environments/{key}/identities/{identity:int}/featurestates/", Create);
  endpoints.Get("environments/{key}/identities/{identity:int}/featurestates/all/", ListAll);
  endpoints.Post(
      "environments/{key}/identities/{identity:int}/featurestates/clone-from-given-identity/",
      CopyFrom);
  endpoints.Get("environments/{key}/identities/{identity:int}/featurestates/{id:int}/", Get);
  endpoints.Update("environments/{key}/identities/{identity:int}/featurestates/{id:int}/", Update);
  endpoints.Delete("environments/{key}/identities/{identity:int}/featurestates/{id:int}/", Delete);
}

}  // namespace flagstream::api
