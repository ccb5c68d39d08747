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

// Overrides of segments are made here.
Result<Reply> Create(const Call& /*call*/) {
  return Error::InvalidField("feature_segment", "Segment overrides are not supported yet.");
}

}  // namespace

void AddFlatFeatureStateRoutes(Endpoints& endpoints) {
  endpoints.Get("features/featurestates/", List);
  endpoints.Post("features/featurestates/", Create);
  endpoints.Update("features/featurestates/{id:int}/", Update);
  endpoints.Get("features/featurestates/get-by-uuid/{uuid}/", GetByUuid);
}

}  // namespace flagstream::api
