// SPDX-License-Identifier: Apache-2.0
#include "service/feature_states.h"

#include <utility>

#include "api/admin/feature_state_json.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"

// The family below an environment, with values as plain JSON.
namespace flagstream::api {
namespace {

using service::StateKind;

FeatureStateId IdOf(const Call& call) { return call.Id<FeatureStateId>("id"); }

Result<Reply> List(const Call& call) {
  service::FeatureStateFilter filter;
  filter.kind = call.request.QueryParameter("anyIdentity") ? StateKind::kIdentityOverrides
                                                           : StateKind::kDefaults;
  FLAGSTREAM_ASSIGN(filter.feature, ReadQueryId<FeatureId>(call.request, "feature"));
  filter.feature_name = call.request.QueryParameter("feature_name");
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.feature_states.List(
                                         call.caller, call.Text("key"), filter, page));
  return PagedReply(call, page, list, ListedStateJson);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.feature_states.Get(call.caller, call.Text("key"), IdOf(call)));
  return JsonReply(StateJson(view));
}

Result<service::Written<service::FeatureStateView>> Write(const Call& call) {
  BodyReader body(call.body);
  service::FeatureStateInput input = ReadStateInput(body);
  input.value = ReadPlainValue(body);
  FLAGSTREAM_TRY(body.Check());
  return call.use_cases.feature_states.Update(call.caller, call.Text("key"), IdOf(call), input);
}

Result<Reply> Put(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, Write(call));
  return JsonReply(StateJson(written.value), std::move(written.changes));
}

Result<Reply> Patch(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, Write(call));
  return JsonReply(ShortStateJson(written.value), std::move(written.changes));
}

// Every feature has its default already, so there is none to make here; overrides have paths of
// their own.
Result<Reply> Create(const Call& call) {
  FLAGSTREAM_TRY(call.use_cases.environments.Get(call.caller, call.Text("key")));
  return Error(ErrorCode::kInvalidArgument,
               "Every feature has a default state in this environment. Update that, or add an "
               "override to an identity.");
}

// An override goes; a default must stay as long as its feature.
Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.feature_states.Get(call.caller, call.Text("key"), IdOf(call)));
  if (!view.state.identity_id) {
    return Error(ErrorCode::kInvalidArgument, "The default state of a feature cannot be deleted.");
  }
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.identity_overrides.Delete(
                        call.caller, call.Text("key"), {*view.state.identity_id}, {view.state.id}));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddFeatureStateRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/{key}/featurestates/", List);
  endpoints.Post("environments/{key}/featurestates/", Create);
  endpoints.Get("environments/{key}/featurestates/{id:int}/", Get);
  endpoints.Put("environments/{key}/featurestates/{id:int}/", Put);
  endpoints.Patch("environments/{key}/featurestates/{id:int}/", Patch);
  endpoints.Delete("environments/{key}/featurestates/{id:int}/", Delete);
}

}  // namespace flagstream::api
