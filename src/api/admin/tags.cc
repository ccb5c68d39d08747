// SPDX-License-Identifier: Apache-2.0
#include "service/tags.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

wire::Json TagJson(const store::Tag& tag) {
  wire::Json json;
  json.Set("id", tag.id);
  json.Set("label", tag.label);
  json.Set("color", tag.color);
  json.Set("description", wire::Json::From(tag.description));
  json.Set("project", tag.project_id);
  json.Set("uuid", tag.uuid);
  json.Set("is_permanent", tag.is_permanent);
  json.Set("is_system_tag", tag.is_system_tag);
  json.Set("type", tag.type);
  return json;
}

ProjectId ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
TagId IdOf(const Call& call) { return call.Id<TagId>("tag"); }

Result<service::TagInput> ReadInput(const Call& call, Presence of_label) {
  BodyReader body(call.body);
  service::TagInput input;
  input.label = body.Text("label", {.characters_max = service::kTagLabelLengthMax}, of_label);
  input.color = body.Text("color", {.characters_max = service::kTagColorLengthMax});
  input.description = body.NullableText(
      "description", {.may_be_blank = true, .characters_max = service::kTagDescriptionLengthMax});
  input.is_permanent = body.Boolean("is_permanent");
  FLAGSTREAM_TRY(body.Check());
  return input;
}

// A system tag is refused in a form of its own.
template <class T>
bool IsRefusal(const Result<T>& result) {
  return !result && result.error().code() == ErrorCode::kConflict;
}

Reply Refusal(const Error& error) {
  return JsonReply(wire::Json::Object{{"message", error.message()}}, 400);
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.tags.List(call.caller, ProjectOf(call), page));
  return PagedReply(call, page, list, TagJson);
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::TagInput input, ReadInput(call, Presence::kRequired));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.tags.Create(call.caller, ProjectOf(call), input));
  return JsonReply(TagJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto tag,
                    call.use_cases.tags.Get(call.caller, ProjectOf(call), IdOf(call)));
  return JsonReply(TagJson(tag));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto tag,
                    call.use_cases.tags.GetByUuid(call.caller, ProjectOf(call), call.Text("uuid")));
  return JsonReply(TagJson(tag));
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::TagInput input, ReadInput(call, Presence::kOptional));
  auto written = call.use_cases.tags.Update(call.caller, ProjectOf(call), IdOf(call), input);
  if (IsRefusal(written)) return Refusal(written.error());
  FLAGSTREAM_TRY(written);
  return JsonReply(TagJson(written->value), std::move(written->changes));
}

Result<Reply> Delete(const Call& call) {
  auto written = call.use_cases.tags.Delete(call.caller, ProjectOf(call), IdOf(call));
  if (IsRefusal(written)) return Refusal(written.error());
  FLAGSTREAM_TRY(written);
  return NoContent(std::move(written->changes));
}

}  // namespace

void AddTagRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/{project:int}/tags/", List);
  endpoints.Post("projects/{project:int}/tags/", Create);
  endpoints.Get("projects/{project:int}/tags/{tag:int}/", Get);
  endpoints.Update("projects/{project:int}/tags/{tag:int}/", Update);
  endpoints.Delete("projects/{project:int}/tags/{tag:int}/", Delete);
  endpoints.Get("projects/{project:int}/tags/get-by-uuid/{uuid}/", GetByUuid);
}

}  // namespace flagstream::api
