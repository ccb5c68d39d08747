// SPDX-License-Identifier: Apache-2.0
// Goal: every management route × every kind of caller gives the status it should, refusals change
// nothing, and strangers cannot tell what is there from what is not. A route without a row in
// kRoutes fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/admin/admin_case_test.h"
#include "auth/permission_keys.h"
#include "service/environment_keys.h"
#include "service/feature_files.h"
#include "service/identity_overrides.h"
#include "service/master_keys.h"
#include "service/multivariate_options.h"
#include "service/segment_overrides.h"
#include "service/segments.h"
#include "service/tags.h"
#include "service/traits.h"
#include "service/user_permissions.h"

namespace flagstream::api {
namespace {

using World = testing::ManagementWorld;

// Where a right is given.
enum class Level { kOrganisation, kProject, kEnvironment };

// One right that a plain member must be given; without a key: the rank of an administrator.
struct Grant {
  Level level;
  std::string_view key = {};
};

enum class Audience {
  kAnybody,   // no credentials are asked for
  kCallers,   // whoever has credentials: sees what is his own
  kMembers,   // of the organisation
  kEntitled,  // members that were given `grants`
};

// Makes what the path names as {item} or {uuid}, and returns that.
using Prepare = std::string (*)(World&);

// Who may call a route, and with what status, if it is no refusal.
struct Route {
  Route(std::string_view methods_text, std::string_view path_pattern, Audience who,
        std::vector<Grant> needed = {}, int success_status = 200, std::string_view json = "{}")
      : methods(methods_text),
        pattern(path_pattern),
        audience(who),
        grants(std::move(needed)),
        status(success_status),
        body(json),
        master_status(success_status) {}

  Route With(std::string_view parameters) && {
    query = parameters;
    return std::move(*this);
  }
  Route On(Prepare make) && {
    prepare = make;
    return std::move(*this);
  }
  // Any one of the grants is enough, and a member without them is answered like a stranger.
  Route Hidden() && {
    poor_status = 404;
    return std::move(*this);
  }
  // What a master key gets, where it is something else.
  Route Keys(int key_status) && {
    master_status = key_status;
    return std::move(*this);
  }

  std::string_view methods;  // "PUT, PATCH"
  std::string_view pattern;  // below /api/v1/; absolute where it is elsewhere
  Audience audience;
  std::vector<Grant> grants;
  int status;
  std::string_view body;
  std::string_view query = "";
  Prepare prepare = nullptr;
  int master_status;
  int poor_status = 403;  // of a member who was given nothing

  friend std::ostream& operator<<(std::ostream& out, const Route& route) {
    return out << route.methods << ' ' << route.pattern;
  }
};

const Grant kOrganisationAdmin{Level::kOrganisation};
const Grant kProjectAdmin{Level::kProject};
const Grant kEnvironmentAdmin{Level::kEnvironment};

Grant OnOrganisation(std::string_view key) { return {Level::kOrganisation, key}; }
Grant OnProject(std::string_view key) { return {Level::kProject, key}; }
Grant OnEnvironment(std::string_view key) { return {Level::kEnvironment, key}; }

std::string OrganisationUuid(World& world) {
  return world.One<store::Organisation>(world.organisation.value).uuid;
}
std::string ProjectUuid(World& world) {
  return world.One<store::Project>(world.project.value).uuid;
}
std::string EnvironmentUuid(World& world) { return world.dev.uuid; }
std::string FeatureUuid(World& world) { return world.banner.uuid; }
std::string State(World& world) { return std::to_string(world.banner_state); }
std::string StateUuid(World& world) {
  return world.One<store::FeatureState>(world.banner_state).uuid;
}
std::string AuditRow(World& world) {
  return std::to_string(world.All<store::AuditLog>().back().id);
}
std::string ServerKey(World& world) {
  return std::to_string(
      testing::Must(
          service::EnvironmentKeys(world.context).Create(world.admin, "dev-key", {.name = "srv"}))
          .value.id);
}
std::string Override(World& world) {
  return std::to_string(
      testing::Must(service::IdentityOverrides(world.context)
                        .Create(world.admin, "dev-key", {world.alice.id},
                                {.feature = {world.banner.id}, .enabled = true, .value = {}}))
          .value.state.id);
}
std::string Trait(World& world) {
  return std::to_string(
      testing::Must(service::Traits(world.context)
                        .Create(world.admin, "dev-key", {world.alice.id},
                                {.key = "plan", .value = flags::TraitValue(std::string("pro"))}))
          .value.id);
}
std::string MasterKey(World& world) {
  return testing::Must(service::MasterKeys(world.context)
                           .Create(world.admin, world.organisation, {.name = "ci"}))
      .value.view.row.prefix;
}
store::Segment AddSegment(World& world) {
  service::RuleInput rule;
  rule.type = "ALL";
  return testing::Must(service::Segments(world.context)
                           .Create(world.admin, world.project, {.name = "beta", .rules = {rule}}))
      .value.segment;
}
std::string Segment(World& world) { return std::to_string(AddSegment(world).id); }
std::string SegmentUuid(World& world) { return AddSegment(world).uuid; }
store::FeatureSegment AddFeatureSegment(World& world) {
  return testing::Must(service::SegmentOverrides(world.context)
                           .Create(world.admin, {.feature = {world.banner.id},
                                                 .segment = {AddSegment(world).id},
                                                 .environment = {world.dev.id}}))
      .value;
}
std::string FeatureSegment(World& world) { return std::to_string(AddFeatureSegment(world).id); }
std::string FeatureSegmentUuid(World& world) { return AddFeatureSegment(world).uuid; }
std::string OverridingSegment(World& world) {
  const SegmentId segment{AddSegment(world).id};
  testing::Must(service::SegmentOverrides(world.context)
                    .CreateWithState(world.admin, "dev-key", {world.banner.id},
                                     {.segment = segment, .priority = 0, .value = true}));
  return std::to_string(segment.value);
}
store::MultivariateOption AddOption(World& world) {
  return testing::Must(service::MultivariateOptions(world.context)
                           .Create(world.admin, world.project, {world.banner.id},
                                   {.value_type = "unicode",
                                    .string_value = {"red"},
                                    .default_percentage_allocation = 10}))
      .value;
}
std::string Option(World& world) { return std::to_string(AddOption(world).id); }
std::string OptionUuid(World& world) { return AddOption(world).uuid; }
std::string SecondIdentity(World& world) {
  return std::to_string(
      testing::Must(service::Identities(world.context).Create(world.admin, "dev-key", "bob"))
          .value.id);
}
std::string FeatureExport(World& world) {
  return std::to_string(
      testing::Must(service::FeatureFiles(world.context).Export(world.admin, {world.dev.id}, {}))
          .value.id);
}
store::Tag AddTag(World& world) {
  return testing::Must(
             service::Tags(world.context)
                 .Create(world.admin, world.project, {.label = "beta", .color = "#112233"}))
      .value;
}
std::string Tag(World& world) { return std::to_string(AddTag(world).id); }
std::string TagUuid(World& world) { return AddTag(world).uuid; }
std::string Given(World& world, const service::RightsPlace& place) {
  return std::to_string(
      testing::Must(service::UserPermissions(world.context)
                        .Create(world.admin, place, {.user = world.colleague.user.value}))
          .value.row.id);
}
std::string Colleague(World& world) { return std::to_string(world.colleague.user.value); }
std::string GivenOnOrganisation(World& world) { return Given(world, world.organisation); }
std::string GivenOnProject(World& world) { return Given(world, world.project); }
std::string GivenOnEnvironment(World& world) { return Given(world, std::string("dev-key")); }

std::vector<Route> Routes() {
  using enum Audience;
  std::vector<Route> routes = {
      {"POST", "auth/users/", kAnybody, {}, 400},
      {"POST", "auth/login/", kAnybody, {}, 400},
      Route{"GET", "auth/users/", kCallers}.Keys(403),
      Route{"POST", "auth/logout/", kCallers, {}, 204}.Keys(403),
      Route{"DELETE", "auth/token/", kCallers, {}, 204}.Keys(403),
      Route{"GET, PUT, PATCH", "auth/users/me/", kCallers}.Keys(403),
      Route{"DELETE", "auth/users/me/", kCallers, {}, 400}.Keys(403),
      Route{"POST", "auth/users/set_password/", kCallers, {}, 400}.Keys(403),

      {"GET", "organisations/permissions/", kCallers},
      {"GET", "projects/permissions/", kCallers},
      {"GET", "environments/permissions/", kCallers},

      {"GET", "organisations/", kCallers},
      Route{"POST", "organisations/", kCallers, {}, 201, R"({"name":"New"})"}.Keys(403),
      {"GET", "organisations/{organisation}/", kMembers},
      {"PUT, PATCH", "organisations/{organisation}/", kEntitled, {kOrganisationAdmin}},
      {"DELETE", "organisations/{organisation}/", kEntitled, {kOrganisationAdmin}, 204},
      Route{"GET", "organisations/get-by-uuid/{uuid}/", kMembers}.On(OrganisationUuid),
      {"GET", "organisations/{organisation}/users/", kMembers},
      Route{"POST",
            "organisations/{organisation}/users/{user}/update-role/",
            kEntitled,
            {kOrganisationAdmin},
            200,
            R"({"role":"USER"})"}
          .On(Colleague),
      {"POST",
       "organisations/{organisation}/remove-users/",
       kEntitled,
       {kOrganisationAdmin},
       200,
       "[]"},
      {"GET", "organisations/{organisation}/get-subscription-metadata/", kMembers},
      {"GET", "organisations/{organisation}/projects/", kMembers},

      Route{"GET", "organisations/{organisation}/master-api-keys/", kEntitled, {kOrganisationAdmin}}
          .Keys(403),
      Route{"POST",
            "organisations/{organisation}/master-api-keys/",
            kEntitled,
            {kOrganisationAdmin},
            201,
            R"({"name":"ci"})"}
          .Keys(403),
      Route{"GET, PUT, PATCH",
            "organisations/{organisation}/master-api-keys/{prefix}/",
            kEntitled,
            {kOrganisationAdmin}}
          .On(MasterKey)
          .Keys(403),
      Route{"DELETE",
            "organisations/{organisation}/master-api-keys/{prefix}/",
            kEntitled,
            {kOrganisationAdmin},
            204}
          .On(MasterKey)
          .Keys(403),

      {"GET", "organisations/{organisation}/usage-data/", kEntitled, {kOrganisationAdmin}},
      {"GET",
       "organisations/{organisation}/usage-data/total-count/",
       kEntitled,
       {kOrganisationAdmin}},

      {"GET", "audit/", kCallers},
      Route{"GET", "audit/{id}/", kEntitled, {OnProject("VIEW_AUDIT_LOG")}}.On(AuditRow),
      {"GET", "organisations/{organisation}/audit/", kEntitled, {kOrganisationAdmin}},
      {"GET", "projects/{project}/audit/", kEntitled, {OnProject("VIEW_AUDIT_LOG")}},

      Route{"GET", "organisations/{organisation}/audit/{id}/", kEntitled, {kOrganisationAdmin}}.On(
          AuditRow),
      Route{"GET", "projects/{project}/audit/{id}/", kEntitled, {OnProject("VIEW_AUDIT_LOG")}}.On(
          AuditRow),

      {"GET", "projects/", kCallers},
      {"POST",
       "projects/",
       kEntitled,
       {OnOrganisation("CREATE_PROJECT")},
       201,
       R"({"name":"App","organisation":{organisation}})"},
      {"GET", "projects/{project}/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"PUT, PATCH", "projects/{project}/", kEntitled, {kProjectAdmin}},
      {"DELETE", "projects/{project}/", kEntitled, {kProjectAdmin}, 204},
      Route{"GET", "projects/get-by-uuid/{uuid}/", kEntitled, {OnProject("VIEW_PROJECT")}}.On(
          ProjectUuid),
      {"GET", "projects/{project}/environments/", kEntitled, {OnProject("VIEW_PROJECT")}},

      Route{"GET", "environments/", kMembers}.With("?project={project}"),
      {"POST",
       "environments/",
       kEntitled,
       {OnProject("CREATE_ENVIRONMENT")},
       201,
       R"({"name":"Test","project":{project}})"},
      {"GET", "environments/{key}/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      {"PUT, PATCH", "environments/{key}/", kEntitled, {kEnvironmentAdmin}},
      {"DELETE", "environments/{key}/", kEntitled, {kEnvironmentAdmin}, 204},
      Route{
          "GET", "environments/get-by-uuid/{uuid}/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}}
          .On(EnvironmentUuid),
      {"GET", "environments/{key}/document/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      {"POST",
       "environments/{key}/clone/",
       kEntitled,
       {OnProject("CREATE_ENVIRONMENT"), OnEnvironment("VIEW_ENVIRONMENT")},
       200,
       R"({"name":"Copy"})"},
      {"GET", "environments/{key}/trait-keys/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      {"POST",
       "environments/{key}/delete-traits/",
       kEntitled,
       {OnEnvironment("MANAGE_IDENTITIES")},
       204,
       R"({"key":"plan"})"},
      {"GET", "environments/{key}/metrics/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      {"GET", "environments/{key}/streams/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      {"GET", "environments/{key}/api-keys/", kEntitled, {kEnvironmentAdmin}},
      {"POST",
       "environments/{key}/api-keys/",
       kEntitled,
       {kEnvironmentAdmin},
       201,
       R"({"name":"srv"})"},
      Route{"PUT, PATCH", "environments/{key}/api-keys/{id}/", kEntitled, {kEnvironmentAdmin}}.On(
          ServerKey),
      Route{"DELETE", "environments/{key}/api-keys/{id}/", kEntitled, {kEnvironmentAdmin}, 204}.On(
          ServerKey),

      {"GET", "projects/{project}/features/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"POST",
       "projects/{project}/features/",
       kEntitled,
       {OnProject("CREATE_FEATURE")},
       201,
       R"({"name":"new"})"},
      {"GET", "projects/{project}/features/{feature}/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"PUT, PATCH",
       "projects/{project}/features/{feature}/",
       kEntitled,
       {OnProject("CREATE_FEATURE")}},
      {"DELETE",
       "projects/{project}/features/{feature}/",
       kEntitled,
       {OnProject("DELETE_FEATURE")},
       204},
      Route{"GET", "features/get-by-uuid/{uuid}/", kEntitled, {OnProject("VIEW_PROJECT")}}.On(
          FeatureUuid),
      {"POST",
       "projects/{project}/features/{feature}/add-owners/",
       kEntitled,
       {OnProject("CREATE_FEATURE")},
       200,
       R"({"user_ids":[]})"},
      {"POST",
       "projects/{project}/features/{feature}/remove-owners/",
       kEntitled,
       {OnProject("CREATE_FEATURE")},
       200,
       R"({"user_ids":[]})"},
      {"POST",
       "projects/{project}/features/{feature}/add-group-owners/",
       kEntitled,
       {OnProject("CREATE_FEATURE")},
       200,
       R"({"group_ids":[]})"},
      {"POST",
       "projects/{project}/features/{feature}/remove-group-owners/",
       kEntitled,
       {OnProject("CREATE_FEATURE")},
       200,
       R"({"group_ids":[]})"},

      {"GET", "projects/{project}/segments/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"POST",
       "projects/{project}/segments/",
       kEntitled,
       {OnProject("MANAGE_SEGMENTS")},
       201,
       R"({"name":"new","rules":[{"type":"ALL","rules":[],"conditions":[]}]})"},
      Route{"GET", "projects/{project}/segments/{segment}/", kEntitled, {OnProject("VIEW_PROJECT")}}
          .On(Segment),
      Route{"PATCH",
            "projects/{project}/segments/{segment}/",
            kEntitled,
            {OnProject("MANAGE_SEGMENTS")},
            200,
            R"({"name":"gamma"})"}
          .On(Segment),
      Route{"PUT",
            "projects/{project}/segments/{segment}/",
            kEntitled,
            {OnProject("MANAGE_SEGMENTS")},
            200,
            R"({"name":"gamma","rules":[{"type":"ALL","rules":[],"conditions":[]}]})"}
          .On(Segment),
      Route{"DELETE",
            "projects/{project}/segments/{segment}/",
            kEntitled,
            {OnProject("MANAGE_SEGMENTS")},
            204}
          .On(Segment),
      Route{"POST",
            "projects/{project}/segments/{segment}/clone/",
            kEntitled,
            {OnProject("MANAGE_SEGMENTS")},
            201,
            R"({"name":"gamma"})"}
          .On(Segment),
      Route{"GET",
            "projects/{project}/segments/{segment}/associated-features/",
            kEntitled,
            {OnProject("VIEW_PROJECT")}}
          .On(Segment),
      Route{"GET", "segments/get-by-uuid/{uuid}/", kEntitled, {OnProject("VIEW_PROJECT")}}.On(
          SegmentUuid),

      Route{"GET", "features/feature-segments/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}}
          .With("?environment={environment}&feature={feature}"),
      Route{"POST",
            "features/feature-segments/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            201,
            R"({"feature":{feature},"segment":{segment},"environment":{environment}})"}
          .On(Segment),
      Route{
          "GET", "features/feature-segments/{id}/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}}
          .On(FeatureSegment),
      Route{"PUT, PATCH",
            "features/feature-segments/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            200,
            R"({"feature":{feature},"segment":1,"environment":{environment}})"}
          .On(FeatureSegment),
      Route{"DELETE",
            "features/feature-segments/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            204}
          .On(FeatureSegment),
      Route{"GET",
            "features/feature-segments/get-by-uuid/{uuid}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT")}}
          .On(FeatureSegmentUuid),
      Route{"POST",
            "features/feature-segments/update-priorities/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            200,
            R"([{"id":{id},"priority":0}])"}
          .On(FeatureSegment),
      Route{"POST",
            "environments/{key}/features/{feature}/create-segment-override/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            201,
            R"({"enabled":true,"feature_segment":{"segment":{segment}}})"}
          .On(Segment),

      {"GET",
       "projects/{project}/features/{feature}/mv-options/",
       kEntitled,
       {OnProject("VIEW_PROJECT")}},
      {"POST",
       "projects/{project}/features/{feature}/mv-options/",
       kEntitled,
       {kProjectAdmin},
       201,
       R"({"type":"unicode","string_value":"red","default_percentage_allocation":10})"},
      Route{"GET",
            "projects/{project}/features/{feature}/mv-options/{option}/",
            kEntitled,
            {OnProject("VIEW_PROJECT")}}
          .On(Option),
      Route{"PUT, PATCH",
            "projects/{project}/features/{feature}/mv-options/{option}/",
            kEntitled,
            {kProjectAdmin},
            200,
            R"({"type":"unicode","string_value":"blue","default_percentage_allocation":20})"}
          .On(Option),
      Route{"DELETE",
            "projects/{project}/features/{feature}/mv-options/{option}/",
            kEntitled,
            {kProjectAdmin},
            204}
          .On(Option),
      Route{
          "GET", "multivariate/options/get-by-uuid/{uuid}/", kEntitled, {OnProject("VIEW_PROJECT")}}
          .On(OptionUuid),
      Route{"GET",
            "projects/{project}/features/{feature}/evaluation-data/",
            kEntitled,
            {OnProject("VIEW_PROJECT"), OnEnvironment("VIEW_ENVIRONMENT")}}
          .With("?environment_id={environment}"),
      Route{"GET",
            "/api/__future__/environments/{key}/features/{feature}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT")}}
          .Hidden(),
      Route{"PUT, PATCH",
            "/api/__future__/environments/{key}/features/{feature}/",
            kEntitled,
            {OnEnvironment("UPDATE_FEATURE_STATE")},
            200,
            R"({"environment_default":{"enabled":false}})"}
          .Hidden(),
      Route{"DELETE",
            "/api/__future__/environments/{key}/features/{feature}/segment-overrides/{segment}/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")}}
          .On(OverridingSegment)
          .Hidden(),

      {"POST",
       "features/create-feature-export/",
       kEntitled,
       {kEnvironmentAdmin},
       201,
       R"({"environment_id":{environment},"tag_ids":[]})"},
      Route{"GET", "features/download-feature-export/{id}/", kEntitled, {kEnvironmentAdmin}}.On(
          FeatureExport),
      {"POST",
       "features/feature-import/{environment}/",
       kEntitled,
       {kOrganisationAdmin},
       201,
       R"({"strategy":"SKIP","file":"[]"})"},
      {"GET", "projects/{project}/feature-exports/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"GET", "projects/{project}/feature-imports/", kEntitled, {OnProject("VIEW_PROJECT")}},

      {"GET", "projects/{project}/tags/", kEntitled, {OnProject("VIEW_PROJECT")}},
      {"POST",
       "projects/{project}/tags/",
       kEntitled,
       {OnProject("MANAGE_TAGS")},
       201,
       R"({"label":"beta","color":"#112233","description":""})"},

      Route{"GET", "projects/{project}/tags/{tag}/", kEntitled, {OnProject("VIEW_PROJECT")}}.On(
          Tag),
      Route{"PUT, PATCH", "projects/{project}/tags/{tag}/", kEntitled, {OnProject("MANAGE_TAGS")}}
          .On(Tag),
      Route{"DELETE", "projects/{project}/tags/{tag}/", kEntitled, {OnProject("MANAGE_TAGS")}, 204}
          .On(Tag),
      Route{"GET",
            "projects/{project}/tags/get-by-uuid/{uuid}/",
            kEntitled,
            {OnProject("VIEW_PROJECT")}}
          .On(TagUuid),

      {"GET", "environments/{key}/featurestates/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}},
      Route{"GET",
            "environments/{key}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT")}}
          .On(State),
      Route{"PUT, PATCH",
            "environments/{key}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT"), OnEnvironment("UPDATE_FEATURE_STATE")}}
          .On(State),
      {"POST",
       "environments/{key}/featurestates/",
       kEntitled,
       {OnEnvironment("VIEW_ENVIRONMENT")},
       400},
      Route{"DELETE",
            "environments/{key}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT"), OnEnvironment("MANAGE_IDENTITIES")},
            204}
          .On(Override),
      Route{"POST",
            "features/featurestates/",
            kEntitled,
            {OnEnvironment("MANAGE_SEGMENT_OVERRIDES")},
            201,
            R"({"feature":{feature},"environment":{environment},"feature_segment":{id}})"}
          .On(FeatureSegment),
      Route{"GET", "features/featurestates/", kEntitled, {OnEnvironment("VIEW_ENVIRONMENT")}}.With(
          "?environment={environment}"),
      Route{"PUT, PATCH",
            "features/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("UPDATE_FEATURE_STATE")},
            200,
            R"({"feature":{feature},"environment":{environment}})"}
          .On(State),
      Route{"GET",
            "features/featurestates/get-by-uuid/{uuid}/",
            kEntitled,
            {OnEnvironment("VIEW_ENVIRONMENT")}}
          .On(StateUuid),

      {"GET", "environments/{key}/identities/", kEntitled, {OnEnvironment("VIEW_IDENTITIES")}},
      {"POST",
       "environments/{key}/identities/",
       kEntitled,
       {OnEnvironment("MANAGE_IDENTITIES")},
       201,
       R"({"identifier":"bob"})"},
      {"GET",
       "environments/{key}/identities/{identity}/",
       kEntitled,
       {OnEnvironment("VIEW_IDENTITIES")}},
      {"PUT, PATCH",
       "environments/{key}/identities/{identity}/",
       kEntitled,
       {OnEnvironment("VIEW_IDENTITIES")}},
      {"DELETE",
       "environments/{key}/identities/{identity}/",
       kEntitled,
       {OnEnvironment("MANAGE_IDENTITIES")},
       204},
      {"GET",
       "environments/{key}/identities/{identity}/featurestates/",
       kEntitled,
       {OnEnvironment("VIEW_IDENTITIES")}},
      {"POST",
       "environments/{key}/identities/{identity}/featurestates/",
       kEntitled,
       {OnEnvironment("MANAGE_IDENTITIES")},
       201,
       R"({"feature":{feature},"enabled":true})"},
      {"GET",
       "environments/{key}/identities/{identity}/featurestates/all/",
       kEntitled,
       {OnEnvironment("VIEW_IDENTITIES")}},
      Route{"GET",
            "environments/{key}/identities/{identity}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("VIEW_IDENTITIES")}}
          .On(Override),
      Route{"PUT, PATCH",
            "environments/{key}/identities/{identity}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_IDENTITIES")}}
          .On(Override),
      Route{"DELETE",
            "environments/{key}/identities/{identity}/featurestates/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_IDENTITIES")},
            204}
          .On(Override),
      Route{"POST",
            "environments/{key}/identities/{identity}/featurestates/clone-from-given-identity/",
            kEntitled,
            {OnEnvironment("MANAGE_IDENTITIES")},
            200,
            R"({"source_identity_id":{id}})"}
          .On(SecondIdentity),
      {"GET",
       "environments/{key}/identities/{identity}/traits/",
       kEntitled,
       {OnEnvironment("VIEW_IDENTITIES")}},
      {"POST",
       "environments/{key}/identities/{identity}/traits/",
       kEntitled,
       {OnEnvironment("MANAGE_IDENTITIES")},
       201,
       R"({"trait_key":"plan","value_type":"unicode","string_value":"pro"})"},
      Route{"GET",
            "environments/{key}/identities/{identity}/traits/{id}/",
            kEntitled,
            {OnEnvironment("VIEW_IDENTITIES")}}
          .On(Trait),
      Route{"PUT, PATCH",
            "environments/{key}/identities/{identity}/traits/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_IDENTITIES")},
            200,
            R"({"trait_key":"plan","value_type":"unicode","string_value":"max"})"}
          .On(Trait),
      Route{"DELETE",
            "environments/{key}/identities/{identity}/traits/{id}/",
            kEntitled,
            {OnEnvironment("MANAGE_IDENTITIES")},
            204}
          .On(Trait),
  };
  const auto add_place = [&](std::string_view own, std::string_view list, std::string_view item,
                             Grant admin, Prepare prepare) {
    routes.push_back(Route("GET", own, kMembers).Keys(400));
    routes.push_back({"GET", list, kEntitled, {admin}});
    routes.push_back({"POST", list, kEntitled, {admin}, 201, R"({"user":{colleague}})"});
    routes.push_back(Route("GET, PUT, PATCH", item, kEntitled, {admin}).On(prepare));
    routes.push_back(Route("DELETE", item, kEntitled, {admin}, 204).On(prepare));
  };
  add_place("organisations/{organisation}/my-permissions/",
            "organisations/{organisation}/user-permissions/",
            "organisations/{organisation}/user-permissions/{id}/", kOrganisationAdmin,
            GivenOnOrganisation);
  add_place("projects/{project}/my-permissions/", "projects/{project}/user-permissions/",
            "projects/{project}/user-permissions/{id}/", kProjectAdmin, GivenOnProject);
  add_place("environments/{key}/my-permissions/", "environments/{key}/user-permissions/",
            "environments/{key}/user-permissions/{id}/", kEnvironmentAdmin, GivenOnEnvironment);
  return routes;
}

// "GET, PUT" as a list.
std::vector<std::string> SplitMethods(std::string_view text) {
  std::vector<std::string> methods;
  while (!text.empty()) {
    const size_t end = std::min(text.find(", "), text.size());
    methods.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return methods;
}

std::string AbsolutePattern(std::string_view pattern) {
  return pattern.starts_with('/') ? std::string(pattern) : "/api/v1/" + std::string(pattern);
}

// A small installation of its own, and one request to it.
class Attempt : public AdminCase {
 public:
  void TestBody() override {}

  explicit Attempt(const Route& route, std::string method)
      : route_(route), method_(std::move(method)) {
    if (route.prepare != nullptr) item_ = route.prepare(world_);
    foreign_key_ = KeyOf(world_.stranger, {2});
    own_key_ = KeyOf(world_.admin, world_.organisation);
    before_ = world_.Fingerprint();
  }

  // By the path of something that is there, or of nothing.
  testing::HttpAnswer Ask(const std::string& authorization, bool there = true) {
    const auto fill = [&](std::string_view text) { return Fill(std::string(text), there); };
    net::RequestBuilder builder(method_,
                                AbsolutePattern(fill(route_.pattern)) + fill(route_.query));
    builder.AddHeader("Host", "flags.example.org");
    if (!authorization.empty()) builder.AddHeader("Authorization", authorization);
    if (method_ != "GET") builder.AppendBody(fill(route_.body));
    builder.SetClientAddress("10.0.0.1");
    const auto answer = testing::HttpClient(router_, shard_).Send(builder.Build());
    shard_.RunReady();
    EXPECT_TRUE(answer->sent);
    return *answer;
  }

  std::string TokenHeader(const auth::Principal& user) { return "Token " + TokenOf(user); }
  const std::string& foreign_key() const { return foreign_key_; }
  const std::string& own_key() const { return own_key_; }
  World& world() { return world_; }
  std::string Admin() const { return "Token " + token_; }

  // Tokens apart, which the attempt itself makes.
  void Remember() { before_ = world_.Fingerprint(); }
  bool ChangedNothing() { return world_.Fingerprint() == before_; }

  void GiveAll(const std::vector<Grant>& grants) {
    std::map<Level, std::string> keys;
    std::set<Level> administered;
    for (const Grant& grant : grants) {
      if (grant.key.empty()) administered.insert(grant.level);
      keys[grant.level] += (keys[grant.level].empty() ? "" : " ") + std::string(grant.key);
    }
    for (const auto& [level, text] : keys) {
      const bool admin = administered.contains(level);
      if (admin && level == Level::kOrganisation) {
        Promote();
      } else {
        Add(level, admin, text);
      }
    }
  }

  // Every single right there is, but for `grant`.
  void GiveAllBut(const Grant& grant) {
    Add(Level::kOrganisation, false,
        KeysBut<auth::OrganisationPermission>(Level::kOrganisation, grant));
    Add(Level::kProject, false, KeysBut<auth::ProjectPermission>(Level::kProject, grant));
    Add(Level::kEnvironment, false,
        KeysBut<auth::EnvironmentPermission>(Level::kEnvironment, grant));
  }

 private:
  std::string KeyOf(const auth::Principal& user, OrganisationId organisation) {
    return "Api-Key " +
           testing::Must(
               service::MasterKeys(world_.context).Create(user, organisation, {.name = "key"}))
               .value.key;
  }

  std::string Fill(std::string text, bool there) const {
    const std::map<std::string, std::string> values = {
        {"{organisation}", there ? std::to_string(world_.organisation.value) : "99"},
        {"{project}", there ? std::to_string(world_.project.value) : "99"},
        {"{environment}", there ? std::to_string(world_.dev.id) : "99"},
        {"{key}", there ? world_.dev.api_key : "nope"},
        {"{feature}", std::to_string(world_.banner.id)},
        {"{identity}", std::to_string(world_.alice.id)},
        {"{colleague}", std::to_string(world_.colleague.user.value)},
        {"{id}", there ? item_ : "9999"},
        {"{user}", there ? item_ : "9999"},
        {"{uuid}", there ? item_ : "x"},
        {"{option}", there ? item_ : "9999"},
        {"{segment}", there ? item_ : "9999"},
        {"{tag}", there ? item_ : "9999"},
        {"{prefix}", there ? item_ : "x"},
    };
    for (const auto& [name, value] : values) {
      for (size_t at = text.find(name); at != std::string::npos; at = text.find(name))
        text.replace(at, name.size(), value);
    }
    return text;
  }

  void Promote() {
    auto rows = world_.All(store::Select<store::Membership>().Where(&store::Membership::user_id,
                                                                    world_.member.user.value));
    rows.at(0).role = "ADMIN";
    testing::Must(store::WriteAndWait(
        world_.store, [&](store::Transaction& tx) { return store::Update(tx, rows.at(0)); }));
  }

  void Add(Level level, bool admin, std::string keys) {
    store::UserPermission row;
    row.user_id = world_.member.user.value;
    if (level == Level::kOrganisation) row.organisation_id = world_.organisation.value;
    if (level == Level::kProject) row.project_id = world_.project.value;
    if (level == Level::kEnvironment) row.environment_id = world_.dev.id;
    row.admin = admin;
    row.permissions = std::move(keys);
    testing::Must(store::WriteAndWait(
        world_.store, [&](store::Transaction& tx) { return store::Insert(tx, row); }));
  }

  template <class Permission>
  static std::string KeysBut(Level level, const Grant& grant) {
    std::string keys;
    for (const auto& one : auth::PermissionKeysOf<Permission>()) {
      if (level == grant.level && one.key == grant.key) continue;
      keys += (keys.empty() ? "" : " ") + std::string(one.key);
    }
    return keys;
  }

  const Route& route_;
  const std::string method_;
  std::string item_;
  std::string foreign_key_;
  std::string own_key_;
  std::string before_;
};

// What no stranger may read anywhere.
void ExpectNoNames(const std::string& body) {
  for (const char* name :
       {"Acme", "\"Web\"", "dev-key", "prod-key", "banner", "alice", "ada@", "mel@", "cleo@"}) {
    EXPECT_EQ(body.find(name), std::string::npos) << name << " in " << body;
  }
}

class AuthorisationTest : public ::testing::TestWithParam<Route> {
 protected:
  void ForEachMethod(const std::function<void(const std::string&)>& check) {
    for (const std::string& method : SplitMethods(GetParam().methods)) {
      SCOPED_TRACE(method);
      check(method);
    }
  }
  bool IsForMembers() const {
    return GetParam().audience == Audience::kMembers || GetParam().audience == Audience::kEntitled;
  }
};

TEST_P(AuthorisationTest, NobodyIsAskedForCredentials) {
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    const auto answer = attempt.Ask("");
    EXPECT_EQ(answer.status, GetParam().audience == Audience::kAnybody ? GetParam().status : 401)
        << answer.body;
    EXPECT_TRUE(attempt.ChangedNothing());
    ExpectNoNames(answer.body);
  });
}

TEST_P(AuthorisationTest, StrangersCannotTellWhatIsThere) {
  if (!IsForMembers()) return;
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    for (const std::string& stranger :
         {attempt.TokenHeader(attempt.world().stranger), attempt.foreign_key()}) {
      attempt.Remember();
      const auto there = attempt.Ask(stranger);
      const auto absent = attempt.Ask(stranger, /*there=*/false);
      EXPECT_EQ(there.status, 404) << there.body;
      EXPECT_EQ(absent.status, 404) << absent.body;
      EXPECT_EQ(there.body, absent.body);
      ExpectNoNames(there.body);
      EXPECT_TRUE(attempt.ChangedNothing());
    }
  });
}

TEST_P(AuthorisationTest, StrangersSeeTheirOwnAlone) {
  if (GetParam().audience != Audience::kCallers) return;
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    const auto answer = attempt.Ask(attempt.TokenHeader(attempt.world().stranger));
    EXPECT_EQ(answer.status, GetParam().status) << answer.body;
    ExpectNoNames(answer.body);
  });
}

TEST_P(AuthorisationTest, MembersWithoutTheRightAreRefused) {
  if (GetParam().audience != Audience::kEntitled) return;
  ForEachMethod([&](const std::string& method) {
    Attempt with_nothing(GetParam(), method);
    const std::string poor = with_nothing.TokenHeader(with_nothing.world().member);
    with_nothing.Remember();
    const auto refused = with_nothing.Ask(poor);
    EXPECT_EQ(refused.status, GetParam().poor_status) << refused.body;
    EXPECT_TRUE(with_nothing.ChangedNothing());

    if (method == "GET" && GetParam().poor_status == 404) return;
    for (const Grant& grant : GetParam().grants) {
      SCOPED_TRACE(grant.key);
      Attempt with_all_others(GetParam(), method);
      with_all_others.GiveAllBut(grant);
      const std::string rich = with_all_others.TokenHeader(with_all_others.world().member);
      with_all_others.Remember();
      const auto answer = with_all_others.Ask(rich);
      EXPECT_EQ(answer.status, 403) << answer.body;
      EXPECT_TRUE(with_all_others.ChangedNothing());
    }
  });
}

TEST_P(AuthorisationTest, MembersWithTheRightMay) {
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    attempt.GiveAll(GetParam().grants);
    const auto answer = attempt.Ask(attempt.TokenHeader(attempt.world().member));
    EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  });
}

TEST_P(AuthorisationTest, AdministratorsMay) {
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    const auto answer = attempt.Ask(attempt.Admin());
    EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  });
}

TEST_P(AuthorisationTest, MasterKeysMayInTheirOrganisation) {
  ForEachMethod([&](const std::string& method) {
    Attempt attempt(GetParam(), method);
    const auto answer = attempt.Ask(attempt.own_key());
    EXPECT_EQ(answer.status, GetParam().master_status) << answer.body;
  });
}

std::string NameOf(const ::testing::TestParamInfo<Route>& info) {
  std::string name;
  for (const char c : std::string(info.param.methods) + "_" + std::string(info.param.pattern)) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) name += c;
    if (c == '/' || c == '_') name += '_';
  }
  return name + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Routes, AuthorisationTest, ::testing::ValuesIn(Routes()), NameOf);

class RouteTableTest : public AdminCase {};

// "GET /api/v1/projects/{project}/" for every route there is.
std::set<std::string> ServedBy(net::Router& router) {
  std::set<std::string> served;
  router.WrapHandlers([&](std::string_view pattern, std::string_view allow, net::Handler handler) {
    std::string path(pattern);
    for (size_t at = path.find(":int"); at != std::string::npos; at = path.find(":int"))
      path.erase(at, 4);
    for (const std::string& method : SplitMethods(allow)) {
      if (method != "HEAD" && method != "OPTIONS") served.insert(method + " " + path);
    }
    return handler;
  });
  return served;
}

TEST_F(RouteTableTest, HasARowForEveryRouteAndNoOther) {
  std::set<std::string> described;
  for (const Route& route : Routes()) {
    for (const std::string& method : SplitMethods(route.methods)) {
      EXPECT_TRUE(described.insert(method + " " + AbsolutePattern(route.pattern)).second)
          << route << " is described twice";
    }
  }
  const std::set<std::string> served = ServedBy(router_);
  for (const std::string& route : served) {
    EXPECT_TRUE(described.contains(route)) << "no row says who may call " << route;
  }
  for (const std::string& route : described) {
    EXPECT_TRUE(served.contains(route)) << route << " is not there";
  }
}

}  // namespace
}  // namespace flagstream::api
