// SPDX-License-Identifier: Apache-2.0
#include "service/features.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/option_json.h"
#include "api/admin/paged_reply.h"
#include "api/admin/people_json.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "service/limits.h"
#include "wire/request_fields.h"
#include "wire/time.h"

namespace flagstream::api {
namespace {

using service::FeatureView;

constexpr size_t kDescriptionLengthMax = 20'000;
// More than a feature may have.
constexpr size_t kOptionsMax = 1'000;
// Days that a question about evaluations covers unless it says otherwise, and at most.
constexpr int64_t kDaysUnlessGiven = 30;
constexpr int64_t kDaysMax = 3'660;
// Nobody's id.
constexpr int64_t kNobody = 0;

// In the environment or of the segment that was asked for.
wire::Json BriefStateJson(const std::optional<service::FeatureStateView>& view) {
  if (!view) return {};
  wire::Json json;
  json.Set("id", view->state.id);
  json.Set("feature_state_value", PlainValueJson(view->value));
  json.Set("environment", view->state.environment_id);
  json.Set("identity", wire::Json());
  json.Set("feature_segment", wire::Json::From(view->state.feature_segment_id));
  json.Set("enabled", view->state.enabled);
  return json;
}

wire::Json OwnersJson(const FeatureView& view) {
  wire::Json::Array owners;
  for (const store::User& owner : view.owners) owners.push_back(PersonJson(owner));
  return {std::move(owners)};
}

wire::Json OptionsJson(const FeatureView& view) {
  wire::Json::Array options;
  for (const store::MultivariateOption& option : view.options)
    options.push_back(OptionJson(option));
  return {std::move(options)};
}

// As the answer to a creation has it.
wire::Json NewFeatureJson(const FeatureView& view) {
  const store::Feature& feature = view.feature;
  wire::Json json;
  json.Set("id", feature.id);
  json.Set("name", feature.name);
  json.Set("type", feature.type);
  json.Set("default_enabled", feature.default_enabled);
  json.Set("initial_value", wire::Json::From(feature.initial_value));
  json.Set("created_date", TimeJson(feature.created_date));
  json.Set("description", wire::Json::From(feature.description));
  json.Set("tags", wire::Json::Array(view.tags.begin(), view.tags.end()));
  json.Set("multivariate_options", OptionsJson(view));
  json.Set("is_archived", feature.is_archived);
  json.Set("owners", OwnersJson(view));
  json.Set("group_owners", wire::Json::Array());
  json.Set("uuid", feature.uuid);
  json.Set("project", feature.project_id);
  json.Set("environment_feature_state", BriefStateJson(view.environment_state));
  json.Set("segment_feature_state", BriefStateJson(view.segment_state));
  json.Set("num_segment_overrides", view.segment_overrides);
  json.Set("num_identity_overrides", wire::Json::From(view.identity_overrides));
  json.Set("is_num_identity_overrides_complete", true);
  json.Set("is_server_key_only", feature.is_server_key_only);
  json.Set("last_modified_in_any_environment", wire::Json());
  json.Set("last_modified_in_current_environment", wire::Json());
  json.Set("metadata", wire::Json::Array());
  return json;
}

wire::Json FeatureJson(const FeatureView& view) {
  return NewFeatureJson(view).Set("code_references_counts", wire::Json::Array());
}

std::string NoChoice(std::string_view text) {
  return "\"" + std::string(text) + "\" is not a valid choice.";
}

ProjectId ProjectOf(const Call& call) { return call.Id<ProjectId>("project"); }
FeatureId IdOf(const Call& call) { return call.Id<FeatureId>("feature"); }

bool ReadIsMultivariate(BodyReader& body) {
  const auto type = body.Text("type", {});
  if (!type || *type == "STANDARD") return false;
  if (*type != "MULTIVARIATE") body.AddError("type", NoChoice(*type));
  return true;
}

service::Given<std::vector<service::OptionOfFeature>> ReadOptions(BodyReader& body) {
  return body.Objects("multivariate_options", kOptionsMax, [](BodyReader& element) {
    service::OptionOfFeature option;
    const auto id = element.NullableInteger("id").value_or(std::nullopt);
    if (id) option.id = MultivariateOptionId{*id};
    option.input = ReadOption(element);
    return option;
  });
}

// There are no groups, so whichever is named is unknown.
void RefuseGroups(BodyReader& body) {
  const auto groups = body.Keys("group_owners");
  if (!groups || groups->empty()) return;
  body.AddError("group_owners",
                "Invalid pk \"" + std::to_string(groups->front()) + "\" - object does not exist.");
}

// Text or null; numbers and booleans count as the text Python has for them.
std::optional<std::string> ReadInitialValue(BodyReader& body) {
  const wire::Json* value = body.Find("initial_value");
  if (value == nullptr || value->IsNull()) return std::nullopt;
  if (const bool* boolean = value->AsBool()) return *boolean ? "True" : "False";
  const std::optional<std::string> text = wire::AsText(*value);
  if (!text) {
    body.AddError("initial_value", "Not a valid string.");
    return std::nullopt;
  }
  const std::string problem = wire::TextProblem(
      *text, {.may_be_blank = true, .characters_max = service::kFlagValueLengthMax});
  if (!problem.empty()) body.AddError("initial_value", problem);
  return text;
}

// One of the words, or unset.
Result<std::optional<std::string>> ReadChoice(const net::Request& request, std::string_view name,
                                              std::initializer_list<std::string_view> words) {
  std::optional<std::string> word = request.QueryParameter(name);
  if (!word || word->empty()) return std::optional<std::string>();
  if (std::ranges::find(words, std::string_view(*word)) != words.end()) return word;
  return Error::InvalidField(std::string(name), NoChoice(*word));
}

// "4,7"; unset if the parameter is missing, nothing if it is empty.
Result<std::optional<std::vector<int64_t>>> ReadIds(const net::Request& request,
                                                    std::string_view name,
                                                    std::string_view problem) {
  const std::optional<std::string> text = request.QueryParameter(name);
  if (!text) return std::optional<std::vector<int64_t>>();
  std::vector<int64_t> ids;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(','), rest.size());
    std::string part(rest.substr(0, end));
    std::erase(part, ' ');
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::optional<int64_t> id = wire::AsInteger(wire::Json(std::move(part)));
    if (!id) return Error::InvalidField(std::string(name), std::string(problem));
    ids.push_back(*id);
  }
  return std::optional(std::move(ids));
}

Result<void> ReadOwnersFilter(const net::Request& request, service::FeatureFilter& filter) {
  FLAGSTREAM_ASSIGN(const auto owners, ReadIds(request, "owners", "Owner IDs must be integers."));
  FLAGSTREAM_ASSIGN(const auto groups,
                    ReadIds(request, "group_owners", "Group owner IDs must be integers."));
  if (owners) filter.owners = *owners;
  // No feature is owned by a group.
  if (groups && !groups->empty() && filter.owners.empty()) filter.owners = {kNobody};
  return {};
}

Result<void> ReadSorting(const net::Request& request, service::FeatureFilter& filter) {
  FLAGSTREAM_ASSIGN(const auto field, ReadChoice(request, "sort_field", {"created_date", "name"}));
  FLAGSTREAM_ASSIGN(const auto direction, ReadChoice(request, "sort_direction", {"ASC", "DESC"}));
  filter.sort_by_name = field == "name";
  filter.descending = direction == "DESC";
  return {};
}

Result<void> ReadTagsFilter(const net::Request& request, service::FeatureFilter& filter) {
  FLAGSTREAM_ASSIGN(filter.tags, ReadIds(request, "tags", "Tag IDs must be integers."));
  FLAGSTREAM_ASSIGN(const auto strategy,
                    ReadChoice(request, "tag_strategy", {"UNION", "INTERSECTION"}));
  filter.any_tag = strategy == "UNION";
  return {};
}

Result<service::FeatureFilter> ReadFilter(const net::Request& request) {
  service::FeatureFilter filter;
  filter.search = request.QueryParameter("search");
  filter.is_archived = ReadQueryBoolean(request, "is_archived");
  filter.is_enabled = ReadQueryBoolean(request, "is_enabled");
  filter.value_search = request.QueryParameter("value_search");
  if (filter.value_search && filter.value_search->empty()) filter.value_search.reset();
  FLAGSTREAM_ASSIGN(filter.type, ReadChoice(request, "type", {"STANDARD", "MULTIVARIATE"}));
  FLAGSTREAM_ASSIGN(filter.environment, ReadQueryId<EnvironmentId>(request, "environment"));
  FLAGSTREAM_ASSIGN(filter.segment, ReadQueryId<SegmentId>(request, "segment"));
  FLAGSTREAM_ASSIGN(filter.identity, ReadQueryId<IdentityId>(request, "identity"));
  FLAGSTREAM_TRY(ReadSorting(request, filter));
  FLAGSTREAM_TRY(ReadTagsFilter(request, filter));
  FLAGSTREAM_TRY(ReadOwnersFilter(request, filter));
  return filter;
}

bool LacksEnvironment(const service::FeatureFilter& filter) {
  return !filter.environment && (filter.is_enabled || filter.value_search);
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::FeatureFilter filter, ReadFilter(call.request));
  if (LacksEnvironment(filter)) {
    return JsonReply(wire::Json::Array{"Environment is required in order to filter by state "
                                       "search or by state enabled"},
                     400);
  }
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kLongPage));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.features.List(call.caller, ProjectOf(call), filter, page));
  return PagedReply(call, page, list, FeatureJson);
}

Result<Reply> Create(const Call& call) {
  BodyReader body(call.body);
  service::FeatureInput input;
  input.name =
      body.Text("name", {.characters_max = service::kFeatureNameLengthMax}, Presence::kRequired)
          .value_or("");
  input.initial_value = ReadInitialValue(body);
  input.default_enabled = body.Boolean("default_enabled").value_or(false);
  input.description = body.NullableText("description", {.may_be_blank = true,
                                                        .characters_max = kDescriptionLengthMax})
                          .value_or(std::nullopt);
  input.is_archived = body.Boolean("is_archived").value_or(false);
  input.is_server_key_only = body.Boolean("is_server_key_only").value_or(false);
  input.owners = body.Keys("owners");
  input.tags = body.Keys("tags").value_or(std::vector<int64_t>());
  input.is_multivariate = ReadIsMultivariate(body);
  if (auto options = ReadOptions(body)) {
    for (service::OptionOfFeature& option : *options)
      input.options.push_back(std::move(option.input));
  }
  RefuseGroups(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.features.Create(call.caller, ProjectOf(call), input));
  return JsonReply(NewFeatureJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.features.Get(call.caller, ProjectOf(call), IdOf(call)));
  return JsonReply(FeatureJson(view));
}

Result<Reply> GetByUuid(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto view,
                    call.use_cases.features.GetByUuid(call.caller, call.Text("uuid")));
  return JsonReply(FeatureJson(view));
}

// The name, the type and what new states start with do not change after the creation; in a body
// they are passed over.
Result<Reply> Update(const Call& call) {
  BodyReader body(call.body);
  service::FeatureUpdate update;
  update.description = body.NullableText(
      "description", {.may_be_blank = true, .characters_max = kDescriptionLengthMax});
  update.is_archived = body.Boolean("is_archived");
  update.is_server_key_only = body.Boolean("is_server_key_only");
  update.tags = body.Keys("tags");
  update.options = ReadOptions(body);
  RefuseGroups(body);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.Update(call.caller, ProjectOf(call),
                                                                 IdOf(call), update));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

Result<Reply> Delete(const Call& call) {
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.features.Delete(call.caller, ProjectOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<std::vector<int64_t>> ReadUsers(const Call& call) {
  BodyReader body(call.body);
  std::vector<int64_t> users =
      body.Keys("user_ids", Presence::kRequired).value_or(std::vector<int64_t>());
  FLAGSTREAM_TRY(body.Check());
  return users;
}

Result<Reply> AddOwners(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> users, ReadUsers(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.AddOwners(call.caller, ProjectOf(call),
                                                                    IdOf(call), users));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

Result<Reply> RemoveOwners(const Call& call) {
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> users, ReadUsers(call));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.features.RemoveOwners(call.caller, ProjectOf(call),
                                                                       IdOf(call), users));
  return JsonReply(FeatureJson(written.value), std::move(written.changes));
}

// Adds as well as removes: without groups both change nothing.
Result<Reply> ChangeGroupOwners(const Call& call) {
  BodyReader body(call.body);
  const auto groups = body.Keys("group_ids", Presence::kRequired);
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(const auto view, call.use_cases.features.ChangeGroupOwners(
                                         call.caller, ProjectOf(call), IdOf(call), *groups));
  return JsonReply(FeatureJson(view));
}

wire::Json DayJson(const service::DayCount& one) {
  wire::Json json;
  json.Set("day", wire::FormatIsoDay(one.day));
  json.Set("count", one.count);
  json.Set("labels", wire::Json::Object());
  return json;
}

Result<Reply> GetEvaluations(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto environment,
                    RequireQueryId<EnvironmentId>(call.request, "environment_id"));
  FLAGSTREAM_ASSIGN(const auto days, ReadQueryInteger(call.request, "period"));
  FLAGSTREAM_ASSIGN(const auto list,
                    call.use_cases.features.Evaluations(
                        call.caller, ProjectOf(call), IdOf(call), environment,
                        std::clamp<int64_t>(days.value_or(kDaysUnlessGiven), 0, kDaysMax)));
  return ListReply(list, DayJson);
}

}  // namespace

void AddFeatureRoutes(Endpoints& endpoints) {
  endpoints.Get("projects/{project:int}/features/", List);
  endpoints.Post("projects/{project:int}/features/", Create);
  endpoints.Get("projects/{project:int}/features/{feature:int}/", Get);
  endpoints.Update("projects/{project:int}/features/{feature:int}/", Update);
  endpoints.Delete("projects/{project:int}/features/{feature:int}/", Delete);
  endpoints.Get("features/get-by-uuid/{uuid}/", GetByUuid);
  endpoints.Post("projects/{project:int}/features/{feature:int}/add-owners/", AddOwners);
  endpoints.Post("projects/{project:int}/features/{feature:int}/remove-owners/", RemoveOwners);
  for (const char* call : {"add-group-owners/", "remove-group-owners/"}) {
    endpoints.Post(std::string("projects/{project:int}/features/{feature:int}/") + call,
                   ChangeGroupOwners);
  }
  endpoints.Get("projects/{project:int}/features/{feature:int}/evaluation-data/", GetEvaluations);
}

}  // namespace flagstream::api
