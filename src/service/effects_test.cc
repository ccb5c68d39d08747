// SPDX-License-Identifier: Apache-2.0
// Goal: every management write stamps, revises, tells and audits exactly what it should, once; and
// one that fails at any store call, or at its commit, leaves nothing behind.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "service/environment_keys.h"
#include "service/feature_states.h"
#include "service/flag_updates.h"
#include "service/identity_overrides.h"
#include "service/master_keys.h"
#include "service/multivariate_options.h"
#include "service/organisation_members.h"
#include "service/segment_overrides.h"
#include "service/segments.h"
#include "service/tags.h"
#include "service/traits.h"
#include "service/user_permissions.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using testing::Must;
using World = testing::ManagementWorld;

using Changes = std::vector<bus::Change>;
using Prepare = std::function<void(World&)>;
using Operation = std::function<Result<Changes>(World&)>;

template <class T>
Result<Changes> ChangesOf(Result<Written<T>> written) {
  if (!written) return written.error();
  return std::move(written->changes);
}

struct Expected {
  std::set<std::string> stamped = {};   // by name
  std::set<std::string> revised = {};   // without a stamp
  int identities = 0;                   // identity stamps
  std::vector<std::string> audit = {};  // type and object of the new rows
};

struct Case {
  std::string name;
  Operation run;
  Expected expected;
  Prepare prepare = [](World&) {};

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

const std::set<std::string> kBoth{"Dev", "Prod"};

void AddOverride(World& world) {
  world.prepared = Must(IdentityOverrides(world.context)
                            .Create(world.admin, "dev-key", {world.alice.id},
                                    {.feature = {world.banner.id}, .enabled = true, .value = {}}))
                       .value.state.id;
}

void AddTrait(World& world) {
  world.prepared =
      Must(Traits(world.context)
               .Create(world.admin, "dev-key", {world.alice.id},
                       {.key = "plan", .value = flags::TraitValue(std::string("pro"))}))
          .value.id;
}

void AddTag(World& world) {
  world.prepared =
      Must(Tags(world.context).Create(world.admin, world.project, {.label = "old"})).value.id;
}

void AddKey(World& world) {
  world.prepared =
      Must(EnvironmentKeys(world.context).Create(world.admin, "dev-key", {.name = "srv"})).value.id;
}

std::vector<RuleInput> PlanIs(const std::string& plan) {
  ConditionInput condition;
  condition.operator_name = "EQUAL";
  condition.property = "plan";
  condition.value = plan;
  RuleInput rule;
  rule.type = "ALL";
  rule.conditions.push_back(condition);
  return {rule};
}

SegmentId MakeSegment(World& world, const std::string& name) {
  return {Must(Segments(world.context)
                   .Create(world.admin, world.project, {.name = name, .rules = PlanIs("pro")}))
              .value.segment.id};
}

void MakeSegmentOnly(World& world) { world.prepared = MakeSegment(world, "beta").value; }

// Two of the banner in Dev; prepares the first.
void MakeOverrides(World& world) {
  SegmentOverrides overrides(world.context);
  for (const char* name : {"second", "first"}) {
    world.prepared = Must(overrides.CreateWithState(
                              world.admin, "dev-key", {world.banner.id},
                              {.segment = MakeSegment(world, name), .priority = 0, .value = true}))
                         .value.feature_segment.id;
  }
}

void MakeOverriddenSegment(World& world) {
  MakeOverrides(world);
  world.prepared = world.One<store::FeatureSegment>(world.prepared).segment_id;
}

// A row of the banner in Dev that overrides nothing yet.
void MakeFeatureSegment(World& world) {
  world.prepared = Must(SegmentOverrides(world.context)
                            .Create(world.admin, {.feature = {world.banner.id},
                                                  .segment = MakeSegment(world, "beta"),
                                                  .environment = {world.dev.id}}))
                       .value.id;
}

Result<Changes> UpdateSegment(World& world, const SegmentUpdate& update) {
  return ChangesOf(
      Segments(world.context).Update(world.admin, world.project, {world.prepared}, update));
}
Result<Changes> MoveOverride(World& world, int64_t priority) {
  return ChangesOf(
      SegmentOverrides(world.context).Move(world.admin, {{{world.prepared}, priority}}));
}

// The banner becomes a multivariate feature.
void AddOption(World& world) {
  world.prepared = Must(MultivariateOptions(world.context)
                            .Create(world.admin, world.project, {world.banner.id},
                                    {.string_value = std::optional<std::string>("blue"),
                                     .default_percentage_allocation = 30}))
                       .value.id;
}

// Identity alice has an override, and there is a second identity, who has none.
void AddSecondIdentity(World& world) {
  AddOverride(world);
  world.prepared = Must(Identities(world.context).Create(world.admin, "dev-key", "bob")).value.id;
}

Result<Changes> UpdateOption(World& world, const OptionInput& input) {
  return ChangesOf(
      MultivariateOptions(world.context)
          .Update(world.admin, world.project, {world.banner.id}, {world.prepared}, input));
}
Result<Changes> UpdateFlag(World& world, const FlagChange& change) {
  return ChangesOf(
      FlagUpdates(world.context).Update(world.admin, "dev-key", {world.banner.id}, change));
}

void AddRights(World& world) {
  world.prepared = Must(UserPermissions(world.context)
                            .Create(world.admin, world.project, {.user = world.member.user.value}))
                       .value.row.id;
}

void AddMasterKey(World& world) {
  world.prepared_text =
      Must(MasterKeys(world.context).Create(world.admin, world.organisation, {.name = "ci"}))
          .value.view.row.prefix;
}

Result<Changes> UpdateRights(World& world, const UserPermissionInput& input) {
  return ChangesOf(
      UserPermissions(world.context).Update(world.admin, world.project, world.prepared, input));
}
Result<Changes> UpdateOrganisation(World& world, const OrganisationInput& input) {
  return ChangesOf(Organisations(world.context).Update(world.admin, world.organisation, input));
}
Result<Changes> UpdateProject(World& world, const ProjectInput& input) {
  return ChangesOf(Projects(world.context).Update(world.admin, world.project, input));
}
Result<Changes> UpdateEnvironment(World& world, const EnvironmentInput& input) {
  return ChangesOf(Environments(world.context).Update(world.admin, "dev-key", input));
}
Result<Changes> UpdateFeature(World& world, const FeatureUpdate& update) {
  return ChangesOf(
      Features(world.context).Update(world.admin, world.project, {world.banner.id}, update));
}
Result<Changes> UpdateState(World& world, const FeatureStateInput& input) {
  return ChangesOf(
      FeatureStates(world.context).Update(world.admin, "dev-key", {world.banner_state}, input));
}
Result<Changes> UpdateTrait(World& world, const TraitInput& input) {
  return ChangesOf(Traits(world.context)
                       .Update(world.admin, "dev-key", {world.alice.id}, world.prepared, input));
}

std::vector<Case> Cases() {
  return {
      {"OrganisationCreate",
       [](World& w) {
         return ChangesOf(Organisations(w.context).Create(w.admin, {.name = "New"}));
       },
       {.audit = {"CREATE ORGANISATION"}}},
      {"OrganisationName",
       [](World& w) { return UpdateOrganisation(w, {.name = "Acme 2"}); },
       {.stamped = kBoth, .audit = {"UPDATE ORGANISATION"}}},
      {"OrganisationOtherSetting",
       [](World& w) { return UpdateOrganisation(w, {.restrict_project_create_to_admin = true}); },
       {.audit = {"UPDATE ORGANISATION"}}},
      {"OrganisationSame", [](World& w) { return UpdateOrganisation(w, {.name = "Acme"}); }, {}},
      {"OrganisationDelete",
       [](World& w) { return ChangesOf(Organisations(w.context).Delete(w.admin, w.organisation)); },
       {.revised = kBoth, .audit = {"DELETE PROJECT", "DELETE ORGANISATION"}}},

      {"ProjectCreate",
       [](World& w) {
         return ChangesOf(Projects(w.context).Create(w.admin, w.organisation, {.name = "App"}));
       },
       {.audit = {"CREATE PROJECT"}}},
      {"ProjectName",
       [](World& w) { return UpdateProject(w, {.name = "Web 2"}); },
       {.stamped = kBoth, .audit = {"UPDATE PROJECT"}}},
      {"ProjectHideDisabled",
       [](World& w) { return UpdateProject(w, {.hide_disabled_flags = true}); },
       {.stamped = kBoth, .audit = {"UPDATE PROJECT"}}},
      {"ProjectRealtime",
       [](World& w) { return UpdateProject(w, {.enable_realtime_updates = false}); },
       {.stamped = kBoth, .audit = {"UPDATE PROJECT"}}},
      {"ProjectOtherSetting",
       [](World& w) { return UpdateProject(w, {.prevent_flag_defaults = true}); },
       {.audit = {"UPDATE PROJECT"}}},
      {"ProjectSame",
       [](World& w) { return UpdateProject(w, {.name = "Web", .hide_disabled_flags = false}); },
       {}},
      {"ProjectDelete",
       [](World& w) { return ChangesOf(Projects(w.context).Delete(w.admin, w.project)); },
       {.revised = kBoth, .audit = {"DELETE PROJECT"}}},

      {"EnvironmentCreate",
       [](World& w) {
         return ChangesOf(Environments(w.context).Create(w.admin, w.project, {.name = "Test"}));
       },
       {.stamped = {"Test"}, .audit = {"CREATE ENVIRONMENT"}}},
      {"EnvironmentClone",
       [](World& w) {
         return ChangesOf(Environments(w.context).Clone(w.admin, "dev-key", "Copy"));
       },
       {.stamped = {"Copy"}, .audit = {"CREATE ENVIRONMENT"}}},
      {"EnvironmentName",
       [](World& w) { return UpdateEnvironment(w, {.name = "Dev 2"}); },
       {.stamped = {"Dev 2"}, .audit = {"UPDATE ENVIRONMENT"}}},
      {"EnvironmentSettings",
       [](World& w) {
         return UpdateEnvironment(
             w, {.hide_disabled_flags = std::optional(true), .hide_sensitive_data = true});
       },
       {.stamped = {"Dev"}, .audit = {"UPDATE ENVIRONMENT"}}},
      {"EnvironmentKey",
       [](World& w) { return UpdateEnvironment(w, {.api_key = "other-key"}); },
       {.stamped = {"Dev"}, .audit = {"UPDATE ENVIRONMENT"}}},
      {"EnvironmentSame",
       [](World& w) { return UpdateEnvironment(w, {.name = "Dev", .allow_client_traits = true}); },
       {}},
      {"EnvironmentDelete",
       [](World& w) { return ChangesOf(Environments(w.context).Delete(w.admin, "dev-key")); },
       {.revised = {"Dev"}, .audit = {"DELETE ENVIRONMENT"}}},

      {"MemberRole",
       [](World& w) {
         return ChangesOf(OrganisationMembers(w.context).SetRole(
             w.admin, w.organisation, w.member.user.value, auth::OrganisationRole::kAdmin));
       },
       {.audit = {"UPDATE ORGANISATION_MEMBER"}}},
      {"MemberRoleSame",
       [](World& w) {
         return ChangesOf(OrganisationMembers(w.context).SetRole(
             w.admin, w.organisation, w.member.user.value, auth::OrganisationRole::kUser));
       },
       {}},
      {"MembersRemove",
       [](World& w) {
         return ChangesOf(OrganisationMembers(w.context).Remove(
             w.admin, w.organisation, {w.member.user.value, w.colleague.user.value}));
       },
       {.audit = {"DELETE ORGANISATION_MEMBER", "DELETE ORGANISATION_MEMBER"}},
       AddRights},
      {"UserPermissionCreate",
       [](World& w) {
         return ChangesOf(UserPermissions(w.context).Create(
             w.admin, w.project, {.user = w.member.user.value, .admin = true}));
       },
       {.audit = {"CREATE USER_PERMISSION"}}},
      {"UserPermissionUpdate",
       [](World& w) { return UpdateRights(w, {.permissions = {{"VIEW_PROJECT"}}}); },
       {.audit = {"UPDATE USER_PERMISSION"}},
       AddRights},
      {"UserPermissionSame",
       [](World& w) { return UpdateRights(w, {.admin = false, .permissions = {{}}}); },
       {},
       AddRights},
      {"UserPermissionDelete",
       [](World& w) {
         return ChangesOf(UserPermissions(w.context).Delete(w.admin, w.project, w.prepared));
       },
       {.audit = {"DELETE USER_PERMISSION"}},
       AddRights},
      {"MasterKeyCreate",
       [](World& w) {
         return ChangesOf(MasterKeys(w.context).Create(w.admin, w.organisation, {.name = "ci"}));
       },
       {.audit = {"CREATE MASTER_API_KEY"}}},
      {"MasterKeyRevoke",
       [](World& w) {
         return ChangesOf(MasterKeys(w.context).Update(w.admin, w.organisation, w.prepared_text,
                                                       {.revoked = true}));
       },
       {.audit = {"UPDATE MASTER_API_KEY"}},
       AddMasterKey},
      {"MasterKeySame",
       [](World& w) {
         return ChangesOf(MasterKeys(w.context).Update(w.admin, w.organisation, w.prepared_text,
                                                       {.name = "ci", .revoked = false}));
       },
       {},
       AddMasterKey},
      {"MasterKeyDelete",
       [](World& w) {
         return ChangesOf(MasterKeys(w.context).Delete(w.admin, w.organisation, w.prepared_text));
       },
       {.audit = {"DELETE MASTER_API_KEY"}},
       AddMasterKey},

      {"ServerKeyCreate",
       [](World& w) {
         return ChangesOf(EnvironmentKeys(w.context).Create(w.admin, "dev-key", {.name = "srv"}));
       },
       {.revised = {"Dev"}, .audit = {"CREATE ENVIRONMENT_API_KEY"}}},
      {"ServerKeyName",
       [](World& w) {
         return ChangesOf(
             EnvironmentKeys(w.context).Update(w.admin, "dev-key", w.prepared, {.name = "srv2"}));
       },
       {.audit = {"UPDATE ENVIRONMENT_API_KEY"}},
       AddKey},
      {"ServerKeyRevoke",
       [](World& w) {
         return ChangesOf(
             EnvironmentKeys(w.context).Update(w.admin, "dev-key", w.prepared, {.active = false}));
       },
       {.revised = {"Dev"}, .audit = {"UPDATE ENVIRONMENT_API_KEY"}},
       AddKey},
      {"ServerKeySame",
       [](World& w) {
         return ChangesOf(EnvironmentKeys(w.context).Update(w.admin, "dev-key", w.prepared,
                                                            {.name = "srv", .active = true}));
       },
       {},
       AddKey},
      {"ServerKeyDelete",
       [](World& w) {
         return ChangesOf(EnvironmentKeys(w.context).Delete(w.admin, "dev-key", w.prepared));
       },
       {.revised = {"Dev"}, .audit = {"DELETE ENVIRONMENT_API_KEY"}},
       AddKey},

      {"TagCreate",
       [](World& w) {
         return ChangesOf(Tags(w.context).Create(w.admin, w.project, {.label = "beta"}));
       },
       {.audit = {"CREATE TAG"}}},
      {"TagUpdate",
       [](World& w) {
         return ChangesOf(
             Tags(w.context).Update(w.admin, w.project, {w.prepared}, {.is_permanent = true}));
       },
       {.audit = {"UPDATE TAG"}},
       AddTag},
      {"TagSame",
       [](World& w) {
         return ChangesOf(
             Tags(w.context).Update(w.admin, w.project, {w.prepared}, {.label = "old"}));
       },
       {},
       AddTag},
      {"TagDelete",
       [](World& w) { return ChangesOf(Tags(w.context).Delete(w.admin, w.project, {w.prepared})); },
       {.audit = {"DELETE TAG"}},
       AddTag},

      {"FeatureCreate",
       [](World& w) {
         return ChangesOf(Features(w.context).Create(w.admin, w.project, {.name = "new"}));
       },
       {.stamped = kBoth, .audit = {"CREATE FEATURE"}}},
      {"FeatureDescription",
       [](World& w) { return UpdateFeature(w, {.description = std::optional<std::string>("d")}); },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}}},
      {"FeatureArchive",
       [](World& w) { return UpdateFeature(w, {.is_archived = true, .is_server_key_only = true}); },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}}},
      {"FeatureSame", [](World& w) { return UpdateFeature(w, {.is_archived = false}); }, {}},
      {"FeatureAddOwner",
       [](World& w) {
         return ChangesOf(Features(w.context).AddOwners(w.admin, w.project, {w.banner.id},
                                                        {w.member.user.value}));
       },
       {.audit = {"UPDATE FEATURE"}}},
      {"FeatureAddOwnerAgain",
       [](World& w) {
         return ChangesOf(Features(w.context).AddOwners(w.admin, w.project, {w.banner.id},
                                                        {w.admin.user.value}));
       },
       {}},
      {"FeatureRemoveOwner",
       [](World& w) {
         return ChangesOf(Features(w.context).RemoveOwners(w.admin, w.project, {w.banner.id},
                                                           {w.admin.user.value}));
       },
       {.audit = {"UPDATE FEATURE"}}},
      {"FeatureDelete",
       [](World& w) {
         return ChangesOf(Features(w.context).Delete(w.admin, w.project, {w.banner.id}));
       },
       {.stamped = kBoth, .audit = {"DELETE FEATURE"}}},

      {"FeatureCreateWithOptions",
       [](World& w) {
         return ChangesOf(
             Features(w.context).Create(w.admin, w.project,
                                        {.name = "new",
                                         .tags = {w.prepared},
                                         .options = {{.default_percentage_allocation = 60},
                                                     {.default_percentage_allocation = 40}}}));
       },
       {.stamped = kBoth, .audit = {"CREATE FEATURE"}},
       AddTag},
      {"FeatureTags",
       [](World& w) { return UpdateFeature(w, {.tags = std::vector<int64_t>{w.prepared}}); },
       {.audit = {"UPDATE FEATURE"}},
       AddTag},
      {"FeatureTagsAndMore",
       [](World& w) {
         return UpdateFeature(w, {.is_archived = true, .tags = std::vector<int64_t>{w.prepared}});
       },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}},
       AddTag},
      {"FeatureOptions",
       [](World& w) {
         return UpdateFeature(w, {.options = std::vector<OptionOfFeature>{
                                      {{}, {.default_percentage_allocation = 100}}}});
       },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}},
       AddOption},
      {"FeatureOptionsSame",
       [](World& w) {
         return UpdateFeature(
             w, {.options = std::vector<OptionOfFeature>{{MultivariateOptionId{w.prepared}, {}}}});
       },
       {},
       AddOption},

      {"OptionCreate",
       [](World& w) {
         return ChangesOf(MultivariateOptions(w.context).Create(
             w.admin, w.project, {w.banner.id}, {.default_percentage_allocation = 30}));
       },
       {.stamped = kBoth, .audit = {"CREATE FEATURE"}}},
      {"OptionValue",
       [](World& w) {
         return UpdateOption(w, {.string_value = std::optional<std::string>("red")});
       },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}},
       AddOption},
      {"OptionKey",
       [](World& w) { return UpdateOption(w, {.key = std::optional<std::string>("red")}); },
       {.stamped = kBoth, .audit = {"UPDATE FEATURE"}},
       AddOption},
      {"OptionDefaultAllocation",
       [](World& w) { return UpdateOption(w, {.default_percentage_allocation = 40}); },
       {.audit = {"UPDATE FEATURE"}},
       AddOption},
      {"OptionSame",
       [](World& w) {
         return UpdateOption(w, {.string_value = std::optional<std::string>("blue")});
       },
       {},
       AddOption},
      {"OptionDelete",
       [](World& w) {
         return ChangesOf(MultivariateOptions(w.context).Delete(w.admin, w.project, {w.banner.id},
                                                                {w.prepared}));
       },
       {.stamped = kBoth, .audit = {"DELETE FEATURE"}},
       AddOption},

      {"StateWeights",
       [](World& w) {
         return UpdateState(w, {.weights = std::vector<StateWeight>{{{w.prepared}, 50}}});
       },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}},
       AddOption},
      {"StateWeightsAndMore",
       [](World& w) {
         return UpdateState(w, {.enabled = false,
                                .value = flags::FlagValue(int64_t{5}),
                                .weights = std::vector<StateWeight>()});
       },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}},
       AddOption},
      {"StateWeightsSame",
       [](World& w) {
         return UpdateState(w, {.weights = std::vector<StateWeight>{{{w.prepared}, 30}}});
       },
       {},
       AddOption},
      {"SegmentStateCreate",
       [](World& w) {
         return ChangesOf(FeatureStates(w.context).Create(
             w.admin, {.feature = {w.banner.id},
                       .environment = {w.dev.id},
                       .feature_segment = FeatureSegmentId{w.prepared},
                       .value = flags::FlagValue(true)}));
       },
       {.stamped = {"Dev"}, .audit = {"CREATE FEATURE_STATE"}},
       MakeFeatureSegment},
      {"IdentityStateCreate",
       [](World& w) {
         return ChangesOf(FeatureStates(w.context).Create(
             w.admin,
             {.feature = {w.banner.id}, .environment = {w.dev.id}, .identifier = "alice"}));
       },
       {.stamped = {"Dev"}, .audit = {"CREATE FEATURE_STATE"}}},

      {"FlagPatch",
       [](World& w) {
         return UpdateFlag(
             w, {.environment_default =
                     ServedPart{.enabled = false, .value = flags::FlagValue(int64_t{5})},
                 .segment_overrides = std::vector<SegmentPart>{{.segment = {w.prepared}}}});
       },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE", "CREATE FEATURE_STATE"}},
       MakeSegmentOnly},
      {"FlagPatchNothing",
       [](World& w) { return UpdateFlag(w, {.environment_default = ServedPart{.enabled = true}}); },
       {}},
      {"FlagPutWithoutOverrides",
       [](World& w) {
         return UpdateFlag(w, {.segment_overrides = std::vector<SegmentPart>(), .replace = true});
       },
       {.stamped = {"Dev"}, .audit = {"DELETE FEATURE_STATE", "DELETE FEATURE_STATE"}},
       MakeOverriddenSegment},
      {"FlagRemoveOverride",
       [](World& w) {
         return ChangesOf(FlagUpdates(w.context).RemoveOverride(w.admin, "dev-key", {w.banner.id},
                                                                {w.prepared}));
       },
       {.stamped = {"Dev"}, .audit = {"DELETE FEATURE_STATE"}},
       MakeOverriddenSegment},

      {"StateEnabled",
       [](World& w) { return UpdateState(w, {.enabled = false}); },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}}},
      {"StateValue",
       [](World& w) { return UpdateState(w, {.value = flags::FlagValue(int64_t{5})}); },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}}},
      {"StateBoth",
       [](World& w) { return UpdateState(w, {.enabled = false, .value = flags::FlagValue(true)}); },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}}},
      {"StateSame",
       [](World& w) {
         return UpdateState(w, {.enabled = true, .value = flags::FlagValue(std::string("hello"))});
       },
       {}},

      {"SegmentCreate",
       [](World& w) {
         return ChangesOf(Segments(w.context).Create(w.admin, w.project,
                                                     {.name = "new", .rules = PlanIs("pro")}));
       },
       {.stamped = kBoth, .audit = {"CREATE SEGMENT"}}},
      {"SegmentNameAndRules",
       [](World& w) { return UpdateSegment(w, {.name = "x", .rules = PlanIs("max")}); },
       {.stamped = kBoth, .audit = {"UPDATE SEGMENT"}},
       MakeSegmentOnly},
      {"SegmentSame",
       [](World& w) { return UpdateSegment(w, {.name = "beta", .rules = PlanIs("pro")}); },
       {},
       MakeSegmentOnly},
      {"SegmentClone",
       [](World& w) {
         return ChangesOf(Segments(w.context).Clone(w.admin, w.project, {w.prepared}, "copy"));
       },
       {.stamped = kBoth, .audit = {"CREATE SEGMENT"}},
       MakeSegmentOnly},
      {"SegmentDelete",
       [](World& w) {
         return ChangesOf(Segments(w.context).Delete(w.admin, w.project, {w.prepared}));
       },
       {.stamped = kBoth, .audit = {"DELETE SEGMENT"}},
       MakeSegmentOnly},
      {"SegmentWithOverridesDelete",
       [](World& w) {
         return ChangesOf(Segments(w.context).Delete(w.admin, w.project, {w.prepared}));
       },
       {.stamped = kBoth, .audit = {"DELETE SEGMENT"}},
       MakeOverriddenSegment},

      {"FeatureSegmentCreate",
       [](World& w) {
         return ChangesOf(SegmentOverrides(w.context).Create(
             w.admin,
             {.feature = {w.banner.id}, .segment = {w.prepared}, .environment = {w.dev.id}}));
       },
       {.audit = {"CREATE FEATURE"}},
       MakeSegmentOnly},
      {"FeatureSegmentDelete",
       [](World& w) {
         return ChangesOf(SegmentOverrides(w.context).Delete(w.admin, {w.prepared}));
       },
       {.audit = {"DELETE FEATURE"}},
       MakeFeatureSegment},
      {"SegmentOverrideCreate",
       [](World& w) {
         return ChangesOf(SegmentOverrides(w.context).CreateWithState(
             w.admin, "dev-key", {w.banner.id}, {.segment = {w.prepared}, .value = true}));
       },
       {.stamped = {"Dev"}, .audit = {"CREATE FEATURE_STATE"}},
       MakeSegmentOnly},
      {"SegmentOverrideDelete",
       [](World& w) {
         return ChangesOf(SegmentOverrides(w.context).Delete(w.admin, {w.prepared}));
       },
       {.stamped = {"Dev"}, .audit = {"DELETE FEATURE_STATE"}},
       MakeOverrides},
      {"SegmentOverridesMove",
       [](World& w) { return MoveOverride(w, 1); },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE"}},
       MakeOverrides},
      {"SegmentOverridesMoveNowhere",
       [](World& w) { return MoveOverride(w, 0); },
       {},
       MakeOverrides},
      {"EnvironmentWithOverridesClone",
       [](World& w) {
         return ChangesOf(Environments(w.context).Clone(w.admin, "dev-key", "Copy"));
       },
       {.stamped = {"Copy"}, .audit = {"CREATE ENVIRONMENT"}},
       MakeOverrides},

      {"IdentityCreate",
       [](World& w) { return ChangesOf(Identities(w.context).Create(w.admin, "dev-key", "bob")); },
       {}},
      {"IdentityDelete",
       [](World& w) {
         return ChangesOf(Identities(w.context).Delete(w.admin, "dev-key", {w.alice.id}));
       },
       {.identities = 1, .audit = {"DELETE IDENTITY"}},
       AddTrait},
      {"IdentityWithOverridesDelete",
       [](World& w) {
         return ChangesOf(Identities(w.context).Delete(w.admin, "dev-key", {w.alice.id}));
       },
       {.stamped = {"Dev"}, .identities = 1, .audit = {"DELETE IDENTITY"}},
       AddOverride},
      {"OverrideCreate",
       [](World& w) {
         return ChangesOf(IdentityOverrides(w.context).Create(
             w.admin, "dev-key", {w.alice.id}, {.feature = {w.limit.id}, .value = {}}));
       },
       {.stamped = {"Dev"}, .audit = {"CREATE FEATURE_STATE"}}},
      {"OverrideUpdate",
       [](World& w) {
         return ChangesOf(IdentityOverrides(w.context).Update(
             w.admin, "dev-key", {w.alice.id}, {w.prepared},
             {.enabled = false, .value = flags::FlagValue(int64_t{1})}));
       },
       {.stamped = {"Dev"}, .audit = {"UPDATE FEATURE_STATE"}},
       AddOverride},
      {"OverrideSame",
       [](World& w) {
         return ChangesOf(IdentityOverrides(w.context).Update(w.admin, "dev-key", {w.alice.id},
                                                              {w.prepared}, {.enabled = true}));
       },
       {},
       AddOverride},
      {"OverrideDelete",
       [](World& w) {
         return ChangesOf(
             IdentityOverrides(w.context).Delete(w.admin, "dev-key", {w.alice.id}, {w.prepared}));
       },
       {.stamped = {"Dev"}, .audit = {"DELETE FEATURE_STATE"}},
       AddOverride},

      {"OverridesCopy",
       [](World& w) {
         return ChangesOf(
             IdentityOverrides(w.context).CopyFrom(w.admin, "dev-key", {w.prepared}, {w.alice.id}));
       },
       {.stamped = {"Dev"}, .audit = {"CREATE FEATURE_STATE"}},
       AddSecondIdentity},
      {"OverridesCopyOfNone",
       [](World& w) {
         return ChangesOf(
             IdentityOverrides(w.context).CopyFrom(w.admin, "dev-key", {w.alice.id}, {w.prepared}));
       },
       {.stamped = {"Dev"}, .audit = {"DELETE FEATURE_STATE"}},
       AddSecondIdentity},

      {"TraitCreate",
       [](World& w) {
         return ChangesOf(
             Traits(w.context).Create(w.admin, "dev-key", {w.alice.id},
                                      {.key = "age", .value = flags::TraitValue(int64_t{33})}));
       },
       {.identities = 1}},
      {"TraitUpdate",
       [](World& w) { return UpdateTrait(w, {.value = flags::TraitValue(2.5)}); },
       {.identities = 1},
       AddTrait},
      {"TraitSame",
       [](World& w) {
         return UpdateTrait(w, {.key = "plan", .value = flags::TraitValue(std::string("pro"))});
       },
       {},
       AddTrait},
      {"TraitDelete",
       [](World& w) {
         return ChangesOf(Traits(w.context).Delete(w.admin, "dev-key", {w.alice.id}, w.prepared));
       },
       {.identities = 1},
       AddTrait},
      {"TraitDeleteEverywhere",
       [](World& w) { return ChangesOf(Traits(w.context).DeleteKey(w.admin, "dev-key", "plan")); },
       {.identities = 1},
       AddTrait},
      {"TraitDeleteEverywhereUnknown",
       [](World& w) { return ChangesOf(Traits(w.context).DeleteKey(w.admin, "dev-key", "nope")); },
       {},
       AddTrait},
  };
}

using EnvironmentsById = std::map<int64_t, store::Environment>;

EnvironmentsById EnvironmentsOf(World& world) {
  EnvironmentsById all;
  for (store::Environment& environment : world.All<store::Environment>())
    all.emplace(environment.id, environment);
  return all;
}

// What `changes` say of environments, checked against what is stored.
struct Seen {
  std::set<std::string> stamped;
  std::set<std::string> revised;
  int identities = 0;
};

Seen Look(const Changes& changes, const EnvironmentsById& before, const EnvironmentsById& after) {
  Seen seen;
  for (const bus::Change& change : changes) {
    const auto was = before.find(change.environment.value);
    const auto is = after.find(change.environment.value);
    if (change.identity) {
      ++seen.identities;
      EXPECT_EQ(change.revision, was->second.revision);
      EXPECT_GT(change.stamp.micros(), was->second.stamp);
      continue;
    }
    const std::string name = is != after.end() ? is->second.name : was->second.name;
    const int64_t stamp_before = was != before.end() ? was->second.stamp : 0;
    const int64_t revision_before = was != before.end() ? was->second.revision : 0;
    EXPECT_EQ(change.revision, revision_before + 1) << name;
    if (is != after.end()) {
      EXPECT_EQ(change.stamp.micros(), is->second.stamp);
      EXPECT_EQ(change.revision, is->second.revision);
    }
    const bool is_stamped = change.stamp.micros() > stamp_before;
    EXPECT_TRUE((is_stamped ? seen.stamped : seen.revised).insert(name).second)
        << name << " is told twice";
  }
  return seen;
}

class EffectsTest : public ::testing::TestWithParam<Case> {};

TEST_P(EffectsTest, StampsTellsAndAuditsExactlyThis) {
  const Case& one = GetParam();
  World world;
  one.prepare(world);
  world.bus.published.clear();
  const EnvironmentsById before = EnvironmentsOf(world);
  const size_t audit_before = world.All<store::AuditLog>().size();
  world.clock.Advance(std::chrono::seconds(1));

  const Changes changes = Must(one.run(world));

  const Seen seen = Look(changes, before, EnvironmentsOf(world));
  EXPECT_EQ(seen.stamped, one.expected.stamped);
  EXPECT_EQ(seen.revised, one.expected.revised);
  EXPECT_EQ(seen.identities, one.expected.identities);
  EXPECT_EQ(world.bus.published.size(), changes.size());
  for (const bus::Change& change : world.bus.published) {
    EXPECT_EQ(change.committed_micros, world.clock.NowMicros());
  }
  std::vector<std::string> audit;
  const std::vector<store::AuditLog> rows = world.All<store::AuditLog>();
  for (size_t i = audit_before; i < rows.size(); ++i) {
    audit.push_back(rows[i].change_type + " " + rows[i].related_object_type);
    EXPECT_EQ(rows[i].author_id, world.admin.user.value);
    EXPECT_NE(rows[i].organisation_id, std::nullopt);
  }
  EXPECT_EQ(audit, one.expected.audit);
}

TEST_P(EffectsTest, FailingStoreCallLeavesNothingBehind) {
  const Case& one = GetParam();
  for (int64_t call = 0;; ++call) {
    World world;
    one.prepare(world);
    world.bus.published.clear();
    const std::string before = world.Fingerprint();
    world.store.FailCall(call, Error::Unavailable("gone"));
    const Result<Changes> result = one.run(world);
    if (result) {
      EXPECT_GT(call, 2);
      return;
    }
    EXPECT_EQ(result.error().code(), ErrorCode::kUnavailable) << "call " << call;
    EXPECT_EQ(world.Fingerprint(), before) << "call " << call;
    EXPECT_TRUE(world.bus.published.empty()) << "call " << call;
  }
}

TEST_P(EffectsTest, FailingCommitLeavesNothingBehind) {
  const Case& one = GetParam();
  World world;
  one.prepare(world);
  world.bus.published.clear();
  const std::string before = world.Fingerprint();
  world.store.FailCommit(Error::Unavailable("disk full"));
  const Result<Changes> result = one.run(world);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(world.Fingerprint(), before);
  EXPECT_TRUE(world.bus.published.empty());
}

INSTANTIATE_TEST_SUITE_P(Writes, EffectsTest, ::testing::ValuesIn(Cases()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace flagstream::service
