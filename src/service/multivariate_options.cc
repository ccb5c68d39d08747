// SPDX-License-Identifier: Apache-2.0
#include "service/multivariate_options.h"

#include <algorithm>
#include <utility>

#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::ProjectPermission;
using store::MultivariateOption;
using store::Project;
using store::Select;

using OptionsPage = PageOf<MultivariateOption>;

constexpr std::string_view kAllocationField = "default_percentage_allocation";

Result<MultivariateOption> Find(store::Reader& reader, FeatureId feature, MultivariateOptionId id) {
  FLAGSTREAM_ASSIGN(std::optional<MultivariateOption> option,
                    store::Get<MultivariateOption>(reader, id.value));
  if (!option || option->feature_id != feature.value) return NoMatch("MultivariateFeatureOption");
  return *std::move(option);
}

// The feature whose options change, in a project that is held.
Result<FeatureAccess> OpenHeld(Writing& writing, const auth::Principal& caller, ProjectId project,
                               FeatureId feature) {
  constexpr ProjectPermission kNeeded = ProjectPermission::kManage;
  FLAGSTREAM_TRY(OpenFeature(writing.tx(), caller, project, feature, kNeeded));
  FLAGSTREAM_TRY(writing.Hold<Project>(project.value));
  return OpenFeature(writing.tx(), caller, project, feature, kNeeded);
}

Result<void> Audit(Writing& writing, const FeatureAccess& access, std::string_view verb,
                   ChangeType type, ChangeList changes) {
  return writing.Audit({.log = "Multivariate option " + std::string(verb) + " feature '" +
                               access.feature.name + "'.",
                        .object_type = "FEATURE",
                        .object_id = access.feature.id,
                        .object_uuid = access.feature.uuid,
                        .type = type,
                        .organisation = access.project.organisation_id,
                        .project = access.project.id,
                        .changes = std::move(changes)});
}

// What the options of the feature are to be when `changed` is one of them.
Result<Options> OptionsWith(store::Reader& reader, const MultivariateOption& changed) {
  FLAGSTREAM_ASSIGN(Options options, FindOptions(reader, {changed.feature_id}));
  std::erase_if(options, [&](const auto& option) { return option.id == changed.id; });
  options.push_back(changed);
  return options;
}

}  // namespace

Result<OptionsPage> MultivariateOptions::List(const auth::Principal& caller, ProjectId project,
                                              FeatureId feature, const Page& page) {
  return Read<OptionsPage>(context_, [&](store::Reader& reader) -> Result<OptionsPage> {
    FLAGSTREAM_TRY(OpenFeature(reader, caller, project, feature, ProjectPermission::kView));
    return FindPage(
        reader, Select<MultivariateOption>().Where(&MultivariateOption::feature_id, feature.value),
        page);
  });
}

Result<MultivariateOption> MultivariateOptions::Get(const auth::Principal& caller,
                                                    ProjectId project, FeatureId feature,
                                                    MultivariateOptionId id) {
  return Read<MultivariateOption>(
      context_, [&](store::Reader& reader) -> Result<MultivariateOption> {
        FLAGSTREAM_TRY(OpenFeature(reader, caller, project, feature, ProjectPermission::kView));
        return Find(reader, feature, id);
      });
}

Result<MultivariateOption> MultivariateOptions::GetByUuid(const auth::Principal& caller,
                                                          const std::string& uuid) {
  return Read<MultivariateOption>(
      context_, [&](store::Reader& reader) -> Result<MultivariateOption> {
        FLAGSTREAM_ASSIGN(std::optional<MultivariateOption> option,
                          store::FindOne(reader, Select<MultivariateOption>().Where(
                                                     &MultivariateOption::uuid, uuid)));
        if (!option) return NoMatch("MultivariateFeatureOption");
        FLAGSTREAM_ASSIGN(const std::optional<store::Feature> feature,
                          store::Get<store::Feature>(reader, option->feature_id));
        if (!feature) return NoMatch("MultivariateFeatureOption");
        const auto access =
            OpenProject(reader, caller, {feature->project_id}, ProjectPermission::kView);
        // A stranger must not learn that there is one.
        if (!access && access.error().code() == ErrorCode::kNotFound)
          return NoMatch("MultivariateFeatureOption");
        FLAGSTREAM_TRY(access);
        return *std::move(option);
      });
}

Result<Written<MultivariateOption>> MultivariateOptions::Create(const auth::Principal& caller,
                                                                ProjectId project,
                                                                FeatureId feature,
                                                                const OptionInput& input) {
  return Write<MultivariateOption>(
      context_, &caller, [&](Writing& writing) -> Result<MultivariateOption> {
        FLAGSTREAM_ASSIGN(FeatureAccess access, OpenHeld(writing, caller, project, feature));
        FLAGSTREAM_ASSIGN(MultivariateOption option, NewOption(access.feature, input));
        FLAGSTREAM_ASSIGN(const Options all, OptionsWith(writing.tx(), option));
        FLAGSTREAM_TRY(CheckOptions(writing, all, context_.limits, kAllocationField));
        ChangeList changes;
        FLAGSTREAM_TRY(InsertOption(writing, access.feature, option, kAllocationField, changes));
        FLAGSTREAM_TRY(writing.StampProject(project));
        FLAGSTREAM_TRY(Audit(writing, access, "added to", ChangeType::kCreate, std::move(changes)));
        return option;
      });
}

Result<Written<MultivariateOption>> MultivariateOptions::Update(const auth::Principal& caller,
                                                                ProjectId project,
                                                                FeatureId feature,
                                                                MultivariateOptionId id,
                                                                const OptionInput& input) {
  return Write<MultivariateOption>(
      context_, &caller, [&](Writing& writing) -> Result<MultivariateOption> {
        FLAGSTREAM_ASSIGN(const FeatureAccess access, OpenHeld(writing, caller, project, feature));
        FLAGSTREAM_ASSIGN(MultivariateOption option, Find(writing.tx(), feature, id));
        ChangeList changes;
        FLAGSTREAM_ASSIGN(const OptionChange change, ApplyOption(option, input, changes));
        if (!change.is_changed) return option;
        FLAGSTREAM_ASSIGN(const Options all, OptionsWith(writing.tx(), option));
        FLAGSTREAM_TRY(CheckOptions(writing, all, context_.limits, kAllocationField));
        FLAGSTREAM_TRY(store::Update(writing.tx(), option));
        if (change.is_served) FLAGSTREAM_TRY(writing.StampProject(project));
        FLAGSTREAM_TRY(
            Audit(writing, access, "changed for", ChangeType::kUpdate, std::move(changes)));
        return option;
      });
}

Result<Written<Done>> MultivariateOptions::Delete(const auth::Principal& caller, ProjectId project,
                                                  FeatureId feature, MultivariateOptionId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(FeatureAccess access, OpenHeld(writing, caller, project, feature));
    FLAGSTREAM_ASSIGN(const MultivariateOption option, Find(writing.tx(), feature, id));
    ChangeList changes;
    FLAGSTREAM_TRY(RemoveOption(writing, access.feature, option, changes));
    FLAGSTREAM_TRY(writing.StampProject(project));
    FLAGSTREAM_TRY(Audit(writing, access, "removed from", ChangeType::kDelete, std::move(changes)));
    return Done{};
  });
}

}  // namespace flagstream::service
