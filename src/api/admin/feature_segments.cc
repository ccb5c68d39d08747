// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/admin/body_reader.h"
#include "api/admin/feature_state_json.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "service/segment_overrides.h"
#include "wire/request_fields.h"

// Segment overrides: the rows that link a segment to a feature of an environment, and such a row
// together with its state.
namespace flagstream::api {
namespace {

using service::PriorityMove;

FeatureSegmentId IdOf(const Call& call) { return call.Id<FeatureSegmentId>("id"); }

wire::Json ViewJson(const service::FeatureSegmentView& view) {
  wire::Json json;
  json.Set("id", view.row.id);
  json.Set("uuid", view.row.uuid);
  json.Set("segment", view.row.segment_id);
  json.Set("priority", view.row.priority);
  json.Set("environment", view.row.environment_id);
  json.Set("segment_name", view.segment_name);
  json.Set("is_feature_specific", view.is_feature_specific);
  return json;
}

// As writes answer.
wire::Json RowJson(const store::FeatureSegment& row) {
  wire::Json json;
  json.Set("id", row.id);
  json.Set("uuid", row.uuid);
  json.Set("feature", row.feature_id);
  json.Set("segment", row.segment_id);
  json.Set("environment", row.environment_id);
  json.Set("priority", row.priority);
  return json;
}

wire::Json OverrideJson(const service::SegmentOverride& made) {
  const store::FeatureState& state = made.state.state;
  wire::Json feature_segment;
  feature_segment.Set("id", made.feature_segment.id);
  feature_segment.Set("segment", made.feature_segment.segment_id);
  feature_segment.Set("priority", made.feature_segment.priority);
  feature_segment.Set("uuid", made.feature_segment.uuid);
  wire::Json json;
  json.Set("id", state.id);
  json.Set("feature", state.feature_id);
  json.Set("enabled", state.enabled);
  json.Set("feature_state_value", TypedValueJson(made.state.value));
  json.Set("feature_segment", std::move(feature_segment));
  json.Set("deleted_at", wire::Json());
  json.Set("uuid", state.uuid);
  json.Set("created_at", TimeJson(state.created_at));
  json.Set("updated_at", TimeJson(state.updated_at));
  json.Set("live_from", TimeJson(state.live_from));
  json.Set("environment", state.environment_id);
  json.Set("identity", wire::Json());
  json.Set("change_request", wire::Json());
  json.Set("multivariate_feature_state_values", WeightsJson(made.state.weights));
  return json;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    RequireQueryId<EnvironmentId>(call.request, "environment"));
  FLAGSTREAM_ASSIGN(const auto feature, RequireQueryId<FeatureId>(call.request, "feature"));
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.segment_overrides.List(call.caller, environment, feature, page));
  return PagedReply(call, page, list, ViewJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::NewFeatureSegmentInput input;
  input.feature = {body.Key("feature", Presence::kRequired).value_or(0)};
  input.segment = {body.Key("segment", Presence::kRequired).value_or(0)};
  input.environment = {body.Key("environment", Presence::kRequired).value_or(0)};
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.segment_overrides.Create(call.caller, input));
  return JsonReply(RowJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view, call.use_cases.segment_overrides.Get(call.caller, IdOf(call)));
  return JsonReply(ViewJson(view));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.segment_overrides.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(ViewJson(view));
}

// A priority in the body is passed over: rows are moved by update-priorities.
Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::FeatureSegmentUpdate update;
  if (const auto feature = body.Key("feature")) update.feature = FeatureId{*feature};
  if (const auto segment = body.Key("segment")) update.segment = SegmentId{*segment};
  if (const auto environment = body.Key("environment"))
    update.environment = EnvironmentId{*environment};
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(const auto row,
                    call.use_cases.segment_overrides.Update(call.caller, IdOf(call), update));
  return JsonReply(RowJson(row));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.segment_overrides.Delete(call.caller, IdOf(call)));
  return NoContent(std::move(written.changes));
}

int64_t ReadPriority(wire::RequestFields& fields) {
  const int64_t priority = fields.ReadInteger("priority");
  if (priority < 0) fields.AddError("priority", "Ensure this value is greater than or equal to 0.");
  return priority;
}

Result<std::vector<PriorityMove>> ReadMoves(const Call& call) {
  wire::FieldErrors errors;
  const auto elements_max =
      static_cast<size_t>(call.use_cases.context.limits.segment_overrides_per_environment_max);
  const wire::Json::Array& elements = wire::ReadElements(call.body, "", elements_max, errors);
  std::vector<PriorityMove> moves;
  for (size_t i = 0; i < elements.size(); ++i) {
    wire::RequestFields fields(elements[i], std::to_string(i), errors);
    const int64_t id = fields.ReadInteger("id");
    moves.push_back({{id}, ReadPriority(fields)});
  }
  if (errors.size() > 0) return std::move(errors).ToError();
  return moves;
}

Result<Reply> Move(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<PriorityMove> moves, ReadMoves(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.segment_overrides.Move(call.caller, moves));
  wire::Json::Array list;
  for (const service::FeatureSegmentView& view : written.value) list.push_back(ViewJson(view));
  return JsonReply(wire::Json(std::move(list)), std::move(written.changes));
}

// The member `feature_segment` of the one call that makes both rows.
void ReadFeatureSegment(BodyReader& body, service::SegmentOverrideInput& input) {
  const wire::Json* value = body.Find("feature_segment");
  if (value == nullptr) return body.AddError("feature_segment", "This field is required.");
  wire::FieldErrors errors;
  wire::RequestFields fields(*value, "feature_segment", errors);
  input.segment = {fields.ReadInteger("segment")};
  const wire::Json* priority = fields.Find("priority");
  if (priority != nullptr && !priority->IsNull()) input.priority = ReadPriority(fields);
  body.AddErrors(std::move(errors));
}

Result<Reply> CreateWithState(const Call& call) {
  BodyReader body(call.body);
  service::SegmentOverrideInput input;
  ReadFeatureSegment(body, input);
  input.enabled = body.Boolean("enabled").value_or(false);
  input.value = ReadTypedValue(body).value_or(flags::FlagValue());
  input.weights = ReadWeights(body).value_or(std::vector<service::StateWeight>());
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.segment_overrides.CreateWithState(
                        call.caller, call.Text("key"), call.Id<FeatureId>("feature"), input));
  return JsonReply(OverrideJson(written.value), std::move(written.changes), 201);
}

}  // namespace

void AddFeatureSegmentRoutes(Endpoints& endpoints) {
  endpoints.Get("features/feature-segments/", List);
  endpoints.Post("features/feature-segments/", Create);
  endpoints.Get("features/feature-segments/{id:int}/", Get);
  endpoints.Update("features/feature-segments/{id:int}/", Update);
  endpoints.Delete("features/feature-segments/{id:int}/", Delete);
  endpoints.Get("features/feature-segments/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Post("features/feature-segments/update-priorities/", Move);
  endpoints.Post("environments/{key}/features/{feature:int}/create-segment-override/",
                 CreateWithState);
}

}  // namespace flagstream::api
