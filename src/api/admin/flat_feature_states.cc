// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "api/admin/feature_state_json.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "service/feature_states.h"

// The family below features/, with values as typed objects and environments by id.
namespace flagstream::api {
namespace {

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    RequireQueryId<EnvironmentId>(call.request, "environment"));
  service::FeatureStateFilter filter{.kind = service::StateKind::kAll};
  FLAGSTREAM_ASSIGN(filter.feature, ReadQueryId<FeatureId>(call.request, "feature"));
  FLAGSTREAM_ASSIGN(filter.feature_segment,
                    ReadQueryId<FeatureSegmentId>(call.request, "feature_segment"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.feature_states.ListById(call.caller, environment, filter, page));
  return PagedReply(call, page, list, FlatStateJson);
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.feature_states.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(FlatStateJson(view));
}

Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::FeatureStateInput input = ReadStateInput(body);
  input.value = ReadTypedValue(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.feature_states.UpdateById(
                                      call.caller, call.Id<FeatureStateId>("id"), input));
  return JsonReply(FlatStateJson(written.value), std::move(written.changes));
}

// Unset where it is null or missing.
template <class AnyId>
std::optional<AnyId> ReadId(BodyReader& body, std::string_view name) {
  const auto id = body.NullableInteger(name).value_or(std::nullopt);
  return id ? std::optional(AnyId{*id}) : std::nullopt;
}

// Overrides of segments are made here, and of identities as well.
Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::NewStateInput input;
  input.feature = {body.Key("feature", Presence::kRequired).value_or(0)};
  input.environment = {body.Key("environment", Presence::kRequired).value_or(0)};
  input.feature_segment = ReadId<FeatureSegmentId>(body, "feature_segment");
  input.identity = ReadId<IdentityId>(body, "identity");
  input.identifier = body.NullableText("identifier", {}).value_or(std::nullopt);
  input.enabled = body.Boolean("enabled").value_or(false);
  input.value = ReadTypedValue(body).value_or(flags::FlagValue());
  input.weights = ReadWeights(body).value_or(std::vector<service::StateWeight>());
  FLAGSTREAM_TRY(body.Check());
  auto written = call.use_cases.feature_states.Create(call.caller, input);
  if (!written && written.error().code() == ErrorCode::kConflict)
    return StateExistsReply(written.error());
  FLAGSTREAM_TRY(written);
  return JsonReply(FlatStateJson(written->value), std::move(written->changes), 201);
}

}  // namespace

void AddFlatFeatureStateRoutes(Endpoints& endpoints) {
  endpoints.Get("features/featurestates/", List);
  endpoints.Post("features/featurestates/", Create);
  endpoints.Update("features/featurestates/{id:int}/", Update);
  endpoints.Get("features/featurestates/get-by-uuid/{uuid}/", GetByUuid);
}

}  // namespace flagstream::api
