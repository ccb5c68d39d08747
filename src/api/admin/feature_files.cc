// SPDX-License-Identifier: Apache-2.0
#include "service/feature_files.h"

#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"

namespace flagstream::api {
namespace {

wire::Json ExportJson(const store::FeatureExport& row) {
  wire::Json json;
  json.Set("id", row.id);
  json.Set("name", row.name);
  json.Set("environment_id", row.environment_id);
  json.Set("status", row.status);
  json.Set("created_at", TimeJson(row.created_at));
  return json;
}

wire::Json ImportJson(const store::FeatureImport& row) {
  wire::Json json;
  json.Set("id", row.id);
  json.Set("environment_id", row.environment_id);
  json.Set("strategy", row.strategy);
  json.Set("status", row.status);
  json.Set("created_at", TimeJson(row.created_at));
  return json;
}

Result<Reply> Export(const Call& call) {
  BodyReader body(call.body);
  const EnvironmentId environment{body.Key("environment_id", Presence::kRequired).value_or(0)};
  const auto tags = body.Keys("tag_ids", Presence::kRequired);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.feature_files.Export(call.caller, environment, *tags));
  return JsonReply(ExportJson(written.value), std::move(written.changes), 201);
}

// The file itself.
Result<Reply> Download(const Call& call) {
  FLAGSTREAM_ASSIGN(store::FeatureExport row, call.use_cases.feature_files.Download(
                                                  call.caller, call.request.PathInteger("id")));
  return Reply{200, std::move(row.content)};
}

Result<Reply> Import(const Call& call) {
  BodyReader body(call.body);
  const auto name = body.Text("strategy", {}, Presence::kRequired);
  const auto strategy = name ? service::ParseStrategy(*name) : std::nullopt;
  if (name && !strategy) body.AddError("strategy", "\"" + *name + "\" is not a valid choice.");
  const wire::Json* file = body.Find("file");
  if (file == nullptr || file->AsString() == nullptr)
    body.AddError("file", "No file was submitted.");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.feature_files.Import(
                                      call.caller, call.Id<EnvironmentId>("environment"), *strategy,
                                      *file->AsString()));
  return JsonReply(ImportJson(written.value), std::move(written.changes), 201);
}

Result<Reply> ListExports(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.feature_files.ListExports(
                                         call.caller, call.Id<ProjectId>("project"), page));
  return PagedReply(call, page, list, ExportJson);
}

Result<Reply> ListImports(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.feature_files.ListImports(
                                         call.caller, call.Id<ProjectId>("project"), page));
  return PagedReply(call, page, list, ImportJson);
}

}  // namespace

void AddFeatureFileRoutes(Endpoints& endpoints) {
  endpoints.Post("features/create-feature-export/", Export);
  endpoints.Get("features/download-feature-export/{id:int}/", Download);
  endpoints.PostForm("features/feature-import/{environment:int}/", Import);
  endpoints.Get("projects/{project:int}/feature-exports/", ListExports);
  endpoints.Get("projects/{project:int}/feature-imports/", ListImports);
}

}  // namespace flagstream::api
