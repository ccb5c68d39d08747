// SPDX-License-Identifier: Apache-2.0
#include "service/multivariate_options.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/option_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"

namespace flagstream::api {
namespace {

ProjectId ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
FeatureId FeatureOf(const Call& call) { return call.Id<FeatureId>("feature"); }
MultivariateOptionId IdOf(const Call& call) { return call.Id<MultivariateOptionId>("option"); }

// The feature is that of the path, whatever the body says.
Result<service::OptionInput> ReadInput(const Call& call) {
  BodyReader body(call.body);
  service::OptionInput input = ReadOption(body);
  input.key = body.NullableText("key", {});
  FLAGSTREAM_TRY(body.Check());
  return input;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.multivariate_options.List(
                                         call.caller, ProjectOf(call), FeatureOf(call), page));
  return PagedReply(call, page, list, OptionWithFeatureJson);
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::OptionInput input, ReadInput(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.multivariate_options.Create(
                                      call.caller, ProjectOf(call), FeatureOf(call), input));
  return JsonReply(OptionWithFeatureJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto option,
                    call.use_cases.multivariate_options.Get(call.caller, ProjectOf(call),
                                                            FeatureOf(call), IdOf(call)));
  return JsonReply(OptionWithFeatureJson(option));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto option,
                    call.use_cases.multivariate_options.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(OptionWithFeatureJson(option));
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::OptionInput input, ReadInput(call));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.multivariate_options.Update(call.caller, ProjectOf(call),
                                                               FeatureOf(call), IdOf(call), input));
  return JsonReply(OptionWithFeatureJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.multivariate_options.Delete(
                                      call.caller, ProjectOf(call), FeatureOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddMultivariateOptionRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/{project:int}/features/{feature:int}/mv-options/", List);
  endpoints.Post("projects/{project:int}/features/{feature:int}/mv-options/", Create);
  endpoints.Get("projects/{project:int}/features/{feature:int}/mv-options/{option:int}/", Get);
  endpoints.Update("projects/{project:int}/features/{feature:int}/mv-options/{option:int}/",
                   Update);
  endpoints.Delete("projects/{project:int}/features/{feature:int}/mv-options/{option:int}/",
                   Delete);
  endpoints.Get("multivariate/options/get-by-uuid/{uuid}/", GetByUuid);
}

}  // namespace flagstream::api
